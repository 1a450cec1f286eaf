namespace Yadokari.Protocol.Streams;

/// <summary>A terminal that follows its job: how it is set, and what was typed that the job has not read.</summary>
public sealed record RelayedTerminal
{
    /// <summary>The kernel's struct termios; empty: as a new one is.</summary>
    public byte[] Settings { get; init; } = [];

    /// <summary>Rows of the window.</summary>
    public int Rows { get; init; }

    /// <summary>Columns of the window.</summary>
    public int Columns { get; init; }

    /// <summary>The errors are a pipe of their own.</summary>
    public bool ErrorsApart { get; init; }

    /// <summary>Counts who has been connected to it: the last one is.</summary>
    public int Session { get; init; }

    /// <summary>Whole lines, each as one read would give it; an empty one is an end of file.</summary>
    public IReadOnlyList<byte[]> Lines { get; init; } = [];

    /// <summary>Behind them: a line that is not complete, or all there is where no lines are gathered.</summary>
    public byte[] Rest { get; init; } = [];
}
