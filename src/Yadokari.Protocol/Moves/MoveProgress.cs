using Yadokari.Protocol.Errors;

namespace Yadokari.Protocol.Moves;

/// <summary>One line of the progress stream of a move. The last line has a <see cref="Report"/> or an <see cref="Error"/>.</summary>
public sealed record MoveProgress
{
    public required MovePhase Phase { get; init; }

    /// <summary>Times that data was sent while the job ran.</summary>
    public int Round { get; init; }

    /// <summary>Bytes sent so far.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes expected; 0 when not known yet.</summary>
    public long Total { get; init; }

    /// <summary>Calls to a service that have to end first.</summary>
    public int PendingCalls { get; init; }

    public MoveReport? Report { get; init; }

    public ErrorBody? Error { get; init; }
}
