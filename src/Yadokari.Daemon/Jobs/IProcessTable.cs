namespace Yadokari.Daemon.Jobs;

/// <summary>The processes of this host. A boundary: crash tests put a host of their own behind it.</summary>
public interface IProcessTable
{
    /// <summary>Null when there is no such process, or it has ended already.</summary>
    ProcessIdentity? Identify(int pid);

    /// <summary>False when it has ended (a zombie too) or is certain to: SIGKILL is on its way.</summary>
    bool IsAlive(ProcessIdentity process);

    /// <summary>Sends a signal.</summary>
    /// <returns>False when it has ended.</returns>
    bool Signal(ProcessIdentity process, int signal);

    /// <summary>Sends a signal to its process group when it leads one, else to it alone.</summary>
    /// <returns>False when it has ended.</returns>
    bool SignalGroup(ProcessIdentity process, int signal);

    /// <summary>What the descriptors of a process refer to, as /proc/PID/fd shows it; empty when that can't be seen.</summary>
    IReadOnlyList<string> DescriptorTargets(int pid);

    /// <summary>Bytes of memory in use (resident set), of it and all that descends from it; 0 when it has ended.</summary>
    long ResidentBytes(int pid);

    /// <summary>Bytes of files that have no name any more and that it, or what descends from it, has open: their content goes with the job; 0 where
    /// that is not known.</summary>
    long CarriedBytes(int pid) => 0;

    /// <summary><see cref="ResidentBytes"/>, and seconds of processor time used, also by what has ended and was waited for; 0 when it has ended.</summary>
    (long ResidentBytes, double CpuSeconds) Use(int pid);

    /// <summary>Completes when it has ended, with its wait(2) status as far as the kernel tells it to one who is not its
    /// parent; null: not known.</summary>
    Task<int?> WaitStatusAsync(ProcessIdentity process, CancellationToken cancellation);

    /// <summary>Completes when it has ended.</summary>
    Task WaitGoneAsync(ProcessIdentity process, CancellationToken cancellation);
}
