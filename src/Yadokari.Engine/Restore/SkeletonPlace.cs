using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Restore;

/// <summary>A process in the skeleton of a job.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Parent">That of its parent; 0 for the main process.</param>
/// <param name="Session">That of its session; 0: one from outside.</param>
/// <param name="Group">That of its group; 0: one from outside.</param>
/// <param name="Ended">It waits to be reaped.</param>
public sealed record SkeletonPlace(int Pid, int Parent, int Session, int Group, bool Ended)
{
    /// <summary>It is a child of the job's init; the main process stands for its parent.</summary>
    public bool Orphan { get; init; }

    /// <summary>Which signal tells its parent that it has ended; 0: none.</summary>
    public int ExitSignal { get; init; } = SIGCHLD;
}
