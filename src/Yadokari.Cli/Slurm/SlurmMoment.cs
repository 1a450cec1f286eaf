using System.Globalization;

namespace Yadokari.Cli.Slurm;

/// <summary>What the controller says of a job just now.</summary>
/// <param name="End">When its time is over: its limit, or the end of the grace that a preemption leaves it.</param>
/// <param name="Begin">When this run of it began, seconds since 1970 as text: no two runs of a number have the same.</param>
internal sealed record SlurmMoment(DateTimeOffset? End, string? Begin)
{
    /// <summary>What Slurm has told the script when it began, where the controller does not answer; newer versions tell.</summary>
    public static SlurmMoment? FromEnvironment(Func<string, string?> variable) =>
        long.TryParse(variable("SLURM_JOB_END_TIME"), NumberStyles.None, CultureInfo.InvariantCulture, out long end) && end < uint.MaxValue
            ? new SlurmMoment(DateTimeOffset.FromUnixTimeSeconds(end), null)
            : null;
}
