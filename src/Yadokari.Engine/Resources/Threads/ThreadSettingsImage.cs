namespace Yadokari.Engine.Resources.Threads;

/// <summary>What prctl(2) and arch_prctl(2) set for one thread, where it is not what every thread begins with.</summary>
public sealed record ThreadSettingsImage
{
    /// <summary>PR_SET_TSC is PR_TSC_SIGSEGV: it may not read the time stamp counter.</summary>
    public bool NoTimeStamps { get; init; }

    /// <summary>ARCH_SET_CPUID is 0: it may not ask the processor.</summary>
    public bool NoCpuid { get; init; }

    /// <summary>PR_SET_IO_FLUSHER.</summary>
    public bool FlushesIo { get; init; }

    /// <summary>PR_MCE_KILL_LATE (0) or PR_MCE_KILL_EARLY (1); null: as the host has it.</summary>
    public int? MachineCheck { get; init; }

    /// <summary>PR_SET_SPECULATION_CTRL by feature (PR_SPEC_STORE_BYPASS = 0 …): what was asked for; 0: nothing.</summary>
    public IReadOnlyList<int> Speculation { get; init; } = [];
}
