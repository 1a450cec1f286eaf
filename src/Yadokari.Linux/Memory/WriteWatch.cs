using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Native;

namespace Yadokari.Linux.Memory;

/// <summary>
/// Which pages of another process were written, told by <see cref="PageMap"/>: a userfaultfd of its address space in the
/// asynchronous write-protect mode (kernel 6.7; Documentation/admin-guide/mm/userfaultfd.rst), where the kernel itself resolves a
/// protected page's first write and only notes it. Disposing ends all of it, also when this program is killed; that takes
/// some 50 ms for each GiB.
/// </summary>
public sealed unsafe class WriteWatch : IDisposable
{
    private const ulong UffdioApi = 0xC018AA3F;
    private const ulong UffdioRegister = 0xC020AA00;
    private const ulong UffdioWriteProtect = 0xC018AA06;
    private const ulong Api = 0xAA;
    private const ulong FeatureUnpopulated = 1 << 13; // UFFD_FEATURE_WP_UNPOPULATED
    private const ulong FeatureAsync = 1 << 15; // UFFD_FEATURE_WP_ASYNC
    private const ulong ModeWriteProtect = 2; // UFFDIO_REGISTER_MODE_WP

    private readonly SafeFileHandle _userfault;
    private readonly List<PageRun> _ranges = [];

    private WriteWatch(SafeFileHandle userfault) => _userfault = userfault;

    /// <summary>Flags of userfaultfd(2): what an ordinary user may have (UFFD_USER_MODE_ONLY), closed on exec.</summary>
    public const int Flags = 0x80001;

    /// <summary>Takes over a userfaultfd that the process made and that nothing was done with; owns it from here on.</summary>
    /// <returns>Null when the kernel has no such mode; the descriptor is closed then.</returns>
    public static WriteWatch? TryEnable(SafeFileHandle userfault)
    {
        ulong* api = stackalloc ulong[3] { Api, FeatureUnpopulated | FeatureAsync, 0 };
        if (LibC.Ioctl((int)userfault.DangerousGetHandle(), UffdioApi, api) < 0)
        {
            userfault.Dispose();
            return null;
        }

        return new WriteWatch(userfault);
    }

    /// <summary>What is watched, as it was when it was added, by ascending address.</summary>
    public ReadOnlySpan<PageRun> Ranges => CollectionsMarshal.AsSpan(_ranges);

    /// <summary>Watches a mapping, unless it is somebody else's already (EBUSY), or can't be watched. Its process stands still: of one that
    /// had changed meanwhile only a part might be watched, which is two mappings to the kernel then, and mremap takes no two.</summary>
    public void Add(RemoteAddress start, RemoteAddress end)
    {
        ulong* register = stackalloc ulong[4] { start.Value, end - start, ModeWriteProtect, 0 };
        if (LibC.Ioctl((int)_userfault.DangerousGetHandle(), UffdioRegister, register) >= 0)
        {
            _ranges.Add(new PageRun(start, end));
        }
    }

    /// <summary>Takes away protection of pages that an earlier watcher left: a page that stayed protected would never count as written again.</summary>
    /// <param name="range">One of <see cref="Ranges"/>.</param>
    /// <returns>False: it has changed, so that it is not known of all its pages.</returns>
    public bool TryClear(PageRun range)
    {
        ulong* unprotect = stackalloc ulong[3] { range.Start.Value, range.Length, 0 };
        return Repeat((int)_userfault.DangerousGetHandle(), unprotect);
    }

    public void Dispose() => _userfault.Dispose();

    private static bool Repeat(int descriptor, ulong* unprotect)
    {
        // EAGAIN: the mappings were just changing.
        const int attempts = 100;
        const int again = 11;
        for (int attempt = 0; attempt < attempts; attempt++)
        {
            if (LibC.Ioctl(descriptor, UffdioWriteProtect, unprotect) >= 0)
            {
                return true;
            }

            if (Marshal.GetLastPInvokeError() is not (again or Errno.EINTR))
            {
                return false;
            }
        }

        return false;
    }
}
