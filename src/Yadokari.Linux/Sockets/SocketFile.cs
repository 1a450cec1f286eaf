using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Sockets;

/// <summary>The file that a unix socket is bound to, whatever became of its name (SIOCUNIXFILE).</summary>
public static class SocketFile
{
    private const nint OpenFile = 0x89E0; // SIOCUNIXFILE

    /// <param name="path">What /proc tells of it: where it is by now.</param>
    /// <returns>Null: none, or the caller may not ask (it takes CAP_NET_ADMIN over the socket's network).</returns>
    public static FileStatus? Find(SafeFileHandle socket, out string path)
    {
        path = "";
        long opened = LinuxCall.Invoke(SystemCall.Ioctl, Descriptor.Number(socket), OpenFile);
        GC.KeepAlive(socket);
        if (opened < 0)
        {
            return null;
        }

        using SafeFileHandle file = new((nint)opened, ownsHandle: true);
        path = ProcFile.ReadLink($"/proc/self/fd/{opened}") ?? "";
        return FileStatus.Of(file);
    }
}
