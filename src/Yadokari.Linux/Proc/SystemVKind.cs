namespace Yadokari.Linux.Proc;

/// <summary>Sorts of System V objects (sysvipc(7)).</summary>
public enum SystemVKind
{
    /// <summary>A segment of shared memory.</summary>
    Memory,

    /// <summary>A set of semaphores.</summary>
    Semaphores,

    /// <summary>A queue of messages.</summary>
    Messages,
}
