namespace Yadokari.Engine.Resources.Threads;

/// <summary>One thread: registers, what the kernel keeps for it, who it runs as.</summary>
public sealed record ThreadImage
{
    /// <summary>Thread id in the process's own pid namespace.</summary>
    public required int Tid { get; init; }

    public required string Name { get; init; }

    /// <summary>The exit status of a main thread that has ended while others run; null: it runs. It goes as far as any other, and ends again
    /// when all of its process is there.</summary>
    public int? Ended { get; init; }

    /// <summary>struct user_regs_struct, 216 bytes, ready to go on: an interrupted system call is made again. None of a thread that has
    /// ended.</summary>
    public required byte[] Registers { get; init; }

    /// <summary>XSAVE area, standard format.</summary>
    public required byte[] ExtendedState { get; init; }

    /// <summary>Blocked signals; bit n-1 = signal n.</summary>
    public required ulong SignalMask { get; init; }

    /// <summary>stack_t, 24 bytes.</summary>
    public required byte[] AlternateStack { get; init; }

    public required ulong ClearChildTid { get; init; }

    public required ulong RobustList { get; init; }

    public required ulong RobustListLength { get; init; }

    public required ulong RseqAddress { get; init; }

    public required uint RseqLength { get; init; }

    public required uint RseqSignature { get; init; }

    /// <summary>Signals pending for this thread, siginfo_t of 128 bytes each, in order.</summary>
    public required IReadOnlyList<byte[]> PendingSignals { get; init; }

    public required CredentialsImage Credentials { get; init; }

    public required ScheduleImage Schedule { get; init; }

    /// <summary>PR_SET_PDEATHSIG; 0: none.</summary>
    public required int ParentDeathSignal { get; init; }

    /// <summary>PR_SET_TIMERSLACK, nanoseconds.</summary>
    public required ulong TimerSlack { get; init; }

    public required bool NoNewPrivileges { get; init; }

    /// <summary>Its seccomp filters, in the order in which they were installed.</summary>
    public IReadOnlyList<ThreadFilterImage> Filters { get; init; } = [];

    /// <summary>Null: as every thread begins.</summary>
    public ThreadSettingsImage? Settings { get; init; }
}
