namespace Yadokari.Pms;

/// <summary>The daemon could not do what was asked; the program runs on.</summary>
public sealed class PmsException : Exception
{
    internal PmsException(int errno, string message, Exception? inner = null)
        : base(message, inner)
    {
        Errno = errno;
    }

    /// <summary>As pms.h has it: ENOTCONN 107 no daemon, EBUSY 16 refused, obstacles or held, EEXIST 17, ENOENT 2, EIO 5,
    /// ECONNABORTED 103 the daemon is gone meanwhile, EDEADLK 35 inside a hold or handler.</summary>
    public int Errno { get; }
}
