namespace Yadokari.Linux.Ptrace;

/// <summary>Why a tracee stands still (ptrace(2), "Stopped states").</summary>
public enum StopKind
{
    /// <summary>It has ended; there is nothing to trace any more.</summary>
    Gone,

    /// <summary>PTRACE_EVENT_STOP after PTRACE_INTERRUPT.</summary>
    Interrupted,

    /// <summary>PTRACE_EVENT_STOP of a group stop (SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU).</summary>
    GroupStop,

    /// <summary>A signal is about to be delivered.</summary>
    Signal,

    /// <summary>The beginning or the end of a system call (PTRACE_SYSCALL).</summary>
    SystemCall,

    /// <summary>Another ptrace event (exec, clone, exit …).</summary>
    Event,
}
