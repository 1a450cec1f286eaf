using Yadokari.Protocol.Jobs;

namespace Yadokari.Protocol.Moves;

/// <summary>What a finished move measured.</summary>
/// <param name="Job">The job as the target knows it.</param>
/// <param name="Bytes">Bytes of the image and the logs that were sent, or written where both hosts see them.</param>
/// <param name="MemoryBytes">Bytes of process memory among them.</param>
/// <param name="DowntimeMilliseconds">From the job standing still to the target having let it run.</param>
/// <param name="TotalMilliseconds">From the request to the end.</param>
/// <param name="Filled">Its process on the target had most of its memory before it stood still.</param>
/// <param name="WithoutRounds">Why its memory was copied, all or in part, while it stood still; null: it was not.</param>
public sealed record MoveReport(
    JobInfo Job,
    long Bytes,
    long MemoryBytes,
    int Rounds,
    double DowntimeMilliseconds,
    double TotalMilliseconds,
    string? WithoutRounds = null,
    bool Filled = false)
{
    /// <summary>The directory of both hosts in which the image was, and was not sent; null: it was sent.</summary>
    public string? Via { get; init; }

    /// <summary>How often the job stood still and was let run on, since something was in the way for a moment.</summary>
    public int RanOn { get; init; }

    /// <summary>Only of a service.</summary>
    public Services.ServicePhases? Service { get; init; }
}
