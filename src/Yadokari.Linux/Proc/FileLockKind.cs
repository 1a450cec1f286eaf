namespace Yadokari.Linux.Proc;

/// <summary>How a file lock was taken.</summary>
public enum FileLockKind
{
    /// <summary>flock(2): belongs to the open file description.</summary>
    Flock,

    /// <summary>fcntl(F_SETLK): belongs to the process.</summary>
    Posix,

    /// <summary>fcntl(F_OFD_SETLK): belongs to the open file description.</summary>
    OpenFileDescription,

    /// <summary>fcntl(F_SETLEASE), and nobody waits for its end.</summary>
    Lease,

    /// <summary>A kind this code does not know.</summary>
    Unknown,
}
