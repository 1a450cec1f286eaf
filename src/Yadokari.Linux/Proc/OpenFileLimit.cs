namespace Yadokari.Linux.Proc;

/// <summary>How many descriptors this process may have open (RLIMIT_NOFILE, prlimit(2)).</summary>
public static unsafe class OpenFileLimit
{
    /// <summary>RLIMIT_NOFILE.</summary>
    public const int Resource = 7;

    /// <summary>The soft limit before it was raised; null when it was not. What is started for others gets this one.</summary>
    public static ulong? Before { get; private set; }

    /// <summary>Takes all that is allowed: the soft limit becomes the hard one.</summary>
    /// <returns>The soft limit, as it is now.</returns>
    /// <exception cref="SystemCallException">The kernel refuses.</exception>
    public static ulong Raise()
    {
        ulong* limit = stackalloc ulong[2]; // struct rlimit64: soft, hard
        LinuxCall.Check("prlimit", "RLIMIT_NOFILE", SystemCall.Prlimit64, 0, Resource, 0, (nint)limit);
        if (limit[0] < limit[1])
        {
            Before = limit[0];
            limit[0] = limit[1];
            LinuxCall.Check("prlimit", "RLIMIT_NOFILE", SystemCall.Prlimit64, 0, Resource, (nint)limit, 0);
        }
        return limit[0];
    }
}
