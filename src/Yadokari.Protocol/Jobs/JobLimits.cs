namespace Yadokari.Protocol.Jobs;

/// <summary>What a job may use at most, all its processes together.</summary>
/// <param name="MemoryBytes">Null: no limit.</param>
/// <param name="Cpus">Processors; null: no limit.</param>
public sealed record JobLimits(long? MemoryBytes = null, double? Cpus = null)
{
    /// <summary>Less than this no program comes up with.</summary>
    public const long LeastMemoryBytes = 1 << 20;

    /// <summary>A quota of less than a millisecond is refused by the kernel.</summary>
    public const double LeastCpus = 0.05;

    public const double MostCpus = 8192;
}
