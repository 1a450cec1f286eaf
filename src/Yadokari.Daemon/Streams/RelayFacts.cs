using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Streams;

namespace Yadokari.Daemon.Streams;

/// <summary>What a daemon must know of a job's relayed streams when it comes to itself again; beside the spools in the job's directory.</summary>
public sealed record RelayFacts
{
    /// <summary>The process that holds the daemon's ends of the pipes.</summary>
    public required ProcessIdentity Holder { get; init; }

    /// <summary>Inodes of the pipes that are the job's streams 0–2.</summary>
    public required IReadOnlyList<ulong> Pipes { get; init; }

    public long InputFrom { get; init; }

    public bool InputEnded { get; init; }

    public bool InputClosed { get; init; }

    /// <summary>Before this byte the caller has everything: of the output, and of the errors.</summary>
    public IReadOnlyList<long> From { get; init; } = [0, 0];

    /// <summary>Nobody reads the output, or the errors, any more.</summary>
    public IReadOnlyList<bool> Closed { get; init; } = [false, false];

    /// <summary>The job's terminal as it was when it was made, and who is connected to it; null: it has pipes.</summary>
    public RelayedTerminal? Terminal { get; init; }

    /// <summary>Its settings, while it is set otherwise for a moment; null: it is as its program has set it.</summary>
    public byte[]? Borrowed { get; init; }
}
