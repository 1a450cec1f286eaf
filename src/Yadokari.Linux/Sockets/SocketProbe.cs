using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Linux.Sockets;

/// <summary>Tries on a socket of the caller's own what another one is to do later.</summary>
public static unsafe class SocketProbe
{
    /// <summary>Sets an option (setsockopt(2)).</summary>
    /// <returns>0 or the error number.</returns>
    public static int TrySet(SafeFileHandle socket, int level, int option, ReadOnlySpan<byte> value)
    {
        fixed (byte* start = value)
        {
            long result = LinuxCall.Invoke(SystemCall.Setsockopt, Descriptor.Number(socket), level, option, (nint)start, value.Length);
            GC.KeepAlive(socket);
            return (int)Math.Max(0, -result);
        }
    }

    /// <summary>Gives it an address (bind(2)).</summary>
    /// <returns>0 or the error number.</returns>
    public static int TryBind(SafeFileHandle socket, ReadOnlySpan<byte> address)
    {
        fixed (byte* start = address)
        {
            long result = LinuxCall.Invoke(SystemCall.Bind, Descriptor.Number(socket), (nint)start, address.Length);
            GC.KeepAlive(socket);
            return (int)Math.Max(0, -result);
        }
    }

    /// <summary>Whether there is a network interface of that name.</summary>
    public static bool HasInterface(string name)
    {
        // struct ifreq: char name[16], then the number.
        const int length = 40, longest = 15, interfaceNumber = 0x8933; // SIOCGIFINDEX
        byte[] text = KernelText.Encode(name);
        if (text.Length > longest || SocketQuery.TryCreate(AF_INET, SOCK_DGRAM, 0) is not { } socket)
        {
            return false;
        }

        using (socket)
        {
            byte[] request = new byte[length];
            text.CopyTo(request, 0);
            fixed (byte* start = request)
            {
                return LinuxCall.Invoke(SystemCall.Ioctl, Descriptor.Number(socket), interfaceNumber, (nint)start) >= 0;
            }
        }
    }

    /// <summary>An internet address with port 0, which the kernel chooses.</summary>
    public static byte[] WithoutPort(ReadOnlySpan<byte> address)
    {
        byte[] any = address.ToArray();
        (any[2], any[3]) = (0, 0);
        return any;
    }

    /// <summary>Makes it listen (listen(2)), with room for nobody.</summary>
    /// <returns>0 or the error number.</returns>
    public static int TryListen(SafeFileHandle socket)
    {
        long result = LinuxCall.Invoke(SystemCall.Listen, Descriptor.Number(socket), 0);
        GC.KeepAlive(socket);
        return (int)Math.Max(0, -result);
    }

    /// <summary>Ends a TCP connection at once, without the time that a closed one lingers and keeps its port (TIME_WAIT): connect(2) to
    /// AF_UNSPEC. For a socket that nobody else needs any more.</summary>
    public static void Disconnect(SafeFileHandle socket)
    {
        Span<byte> nowhere = stackalloc byte[16];
        nowhere.Clear();
        fixed (byte* start = nowhere)
        {
            LinuxCall.Invoke(SystemCall.Connect, Descriptor.Number(socket), (nint)start, nowhere.Length);
            GC.KeepAlive(socket);
        }
    }
}
