namespace Yadokari.Cli;

/// <summary>A command ends here: one line for the user (what, where, what to do) and an <see cref="ExitStatus"/>.</summary>
public sealed class CommandFailure(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    public int Status { get; } = status;

    /// <summary>Further lines, one fact each, printed indented below the message.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];
}
