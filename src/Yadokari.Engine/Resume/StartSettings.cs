using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resume;

/// <summary>What a program gets from whoever starts it, beside environment and directory. What may not be granted is left as
/// it is (a nice value below the own one, processors that this host lacks).</summary>
public sealed record StartSettings
{
    /// <summary>umask(2).</summary>
    public required uint Umask { get; init; }

    /// <summary>nice(2), −20 to 19.</summary>
    public required int Nice { get; init; }

    /// <summary>The mask of sched_setaffinity(2), as long as it need be; empty: all processors.</summary>
    public byte[] Processors { get; init; } = [];

    /// <summary>getrlimit(2); hard limits above the starter's own must be cut off before.</summary>
    public required IReadOnlyList<ResourceLimit> Limits { get; init; }

    /// <summary>Those of the calling process itself, its limit of descriptors as it was before it was raised.</summary>
    public static StartSettings OfCaller()
    {
        int self = Environment.ProcessId;
        return new StartSettings
        {
            Umask = (uint)Math.Max(0, ProcStatus.Read(self)?.Umask ?? 0),
            Nice = Scheduling.GetAttributes(self)?.Nice ?? 0,
            Processors = Scheduling.GetAffinity(self),
            Limits = [.. (ProcLimits.Read(self) ?? []).Select(l => l.Resource == OpenFileLimit.Resource && OpenFileLimit.Before is { } soft ? l with { Soft = soft } : l)],
        };
    }
}
