namespace Yadokari.Engine.Resources.Process;

/// <summary>What belongs to the process as a whole.</summary>
public sealed record AttributesImage
{
    /// <summary>In its own pid namespace.</summary>
    public required int Pid { get; init; }

    /// <summary>It leads its session (getsid() == getpid()).</summary>
    public required bool SessionLeader { get; init; }

    public required bool GroupLeader { get; init; }

    /// <summary>It leads a session that has a terminal (tty_nr in proc_pid_stat(5)).</summary>
    public bool OwnsTerminal { get; init; }

    /// <summary>Of one that is removed, the one above it.</summary>
    public required string WorkingDirectory { get; init; }

    public required int Umask { get; init; }

    public required uint Personality { get; init; }

    public required int Dumpable { get; init; }

    public required bool ChildSubreaper { get; init; }

    public required bool ThpDisabled { get; init; }

    /// <summary>PR_THP_DISABLE_EXCEPT_ADVISED (kernel 6.18).</summary>
    public bool ThpDisabledUnlessAdvised { get; init; }

    /// <summary>PR_SET_MEMORY_MERGE: pages of equal content may become one.</summary>
    public bool MergesMemory { get; init; }

    /// <summary>mlockall(MCL_FUTURE): new mappings are locked in memory.</summary>
    public bool LocksFutureMemory { get; init; }

    /// <summary>With MCL_ONFAULT: as they are touched.</summary>
    public bool LocksOnFault { get; init; }

    public required int OomScoreAdjustment { get; init; }

    public required uint CoreDumpFilter { get; init; }

    /// <summary>Who had logged in; null: nobody.</summary>
    public uint? LoginUser { get; init; }

    /// <summary>It stood still by SIGSTOP and comes back so.</summary>
    public required bool Stopped { get; init; }

    /// <summary>For a process that is stopped.</summary>
    public StopReport StopReport { get; init; }

    /// <summary>MEMBARRIER_CMD_GET_REGISTRATIONS.</summary>
    public required int MembarrierRegistrations { get; init; }

    /// <summary>By RLIMIT number: soft, hard.</summary>
    public required IReadOnlyList<LimitImage> Limits { get; init; }

    public required IReadOnlyList<string> CommandLine { get; init; }

    /// <summary>What its clocks showed when it was frozen.</summary>
    public required ClocksImage Clocks { get; init; }
}
