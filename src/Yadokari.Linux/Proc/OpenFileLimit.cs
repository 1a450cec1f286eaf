namespace Yadokari.Linux.Proc;

/// <summary>How many descriptors this process may have open (RLIMIT_NOFILE, prlimit(2)).</summary>
public static unsafe class OpenFileLimit
{
    private const int NoFile = 7; // RLIMIT_NOFILE

    /// <summary>Takes all that is allowed: the soft limit becomes the hard one.</summary>
    /// <returns>The soft limit, as it is now.</returns>
    /// <exception cref="SystemCallException">The kernel refuses.</exception>
    public static ulong Raise()
    {
        ulong* limit = stackalloc ulong[2]; // struct rlimit64: soft, hard
        LinuxCall.Check("prlimit", "RLIMIT_NOFILE", (int)SystemCall.Prlimit64, 0, NoFile, 0, (nint)limit);
        if (limit[0] < limit[1])
        {
            limit[0] = limit[1];
            LinuxCall.Check("prlimit", "RLIMIT_NOFILE", (int)SystemCall.Prlimit64, 0, NoFile, (nint)limit, 0);
        }
        return limit[0];
    }
}
