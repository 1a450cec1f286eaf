using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Linux.Sockets;

/// <summary>Questions about one socket (getsockopt(2), getsockname(2)); nothing here changes it.</summary>
public static unsafe class SocketQuery
{
    private const int NotConnected = 107;
    private const int NoSuchOption = 92;
    private const int NotASocket = 88;
    private const int TransportNotSupported = 95;

    /// <summary>What a socket is.</summary>
    /// <exception cref="SystemCallException">Not a socket.</exception>
    public static SocketFacts Describe(SafeFileHandle socket) => new(
        Required(socket, SO_DOMAIN, "SO_DOMAIN"),
        Required(socket, SO_TYPE, "SO_TYPE"),
        Required(socket, SO_PROTOCOL, "SO_PROTOCOL"),
        (GetOption(socket, SOL_SOCKET, SO_ACCEPTCONN) ?? 0) != 0,
        GetName(socket, SystemCall.Getsockname) ?? [],
        GetName(socket, SystemCall.Getpeername));

    /// <summary>A new socket, to compare others with. The caller owns it.</summary>
    /// <returns>Null when this host or user may not have such a socket.</returns>
    public static SafeFileHandle? TryCreate(int domain, int type, int protocol)
    {
        long result = LinuxCall.Invoke(SystemCall.Socket, domain, type | SOCK_CLOEXEC, protocol);
        return result < 0 ? null : new SafeFileHandle((nint)result, ownsHandle: true);
    }

    /// <summary>A socket option that is a number.</summary>
    /// <returns>Null when this kind of socket has no such option.</returns>
    public static int? GetOption(SafeFileHandle socket, int level, int option)
    {
        Span<byte> value = stackalloc byte[4];
        int length = Get(socket, level, option, value);
        return length switch
        {
            4 => BitConverter.ToInt32(value),
            1 => value[0],
            _ => null,
        };
    }

    /// <summary>A socket option of any form.</summary>
    /// <returns>Null when this kind of socket has no such option.</returns>
    public static byte[]? GetRawOption(SafeFileHandle socket, int level, int option)
    {
        Span<byte> value = stackalloc byte[256];
        int length = Get(socket, level, option, value);
        return length < 0 ? null : value[..length].ToArray();
    }

    /// <summary>As <see cref="GetRawOption(SafeFileHandle, int, int)"/>, for options that are asked about something.</summary>
    /// <param name="question">What the value begins with when it is handed in.</param>
    /// <param name="error">The error number when there is no answer, else 0.</param>
    public static byte[]? GetRawOption(SafeFileHandle socket, int level, int option, ReadOnlySpan<byte> question, out int error)
    {
        Span<byte> value = stackalloc byte[1024];
        value.Clear();
        question.CopyTo(value);
        int length = value.Length;
        long result;
        fixed (byte* start = value)
        {
            result = LinuxCall.Invoke(SystemCall.Getsockopt, socket.DangerousGetHandle(), level, option, (nint)start, (nint)(&length));
        }

        GC.KeepAlive(socket);
        error = result < 0 ? (int)-result : 0;
        return result < 0 ? null : value[..length].ToArray();
    }

    /// <summary>The classic BPF program that filters what a socket receives: struct sock_filter, 8 bytes each; empty for none.</summary>
    /// <returns>Null for a filter that can't be read (extended BPF).</returns>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static byte[]? GetFilter(SafeFileHandle socket)
    {
        const int filterLength = 8;
        byte[] filter = new byte[4096 * filterLength]; // BPF_MAXINSNS
        int count = 4096;
        long result;
        fixed (byte* start = filter)
        {
            // The length is counted in instructions (socket(7) does not say so; sk_get_filter, net/core/filter.c).
            result = LinuxCall.Invoke(SystemCall.Getsockopt, socket.DangerousGetHandle(), SOL_SOCKET, SO_ATTACH_FILTER, (nint)start, (nint)(&count));
        }

        GC.KeepAlive(socket);
        return result switch
        {
            -Errno.EACCES => null,
            < 0 => throw new SystemCallException("getsockopt(SO_GET_FILTER)", (int)-result),
            _ => filter[..(count * filterLength)],
        };
    }

    /// <summary>Who is, or was when it connected, at the other end of a unix stream socket.</summary>
    /// <returns>Null for a socket without a peer.</returns>
    public static PeerCredentials? GetPeerCredentials(SafeFileHandle socket)
    {
        Span<byte> value = stackalloc byte[12];
        int length = Get(socket, SOL_SOCKET, SO_PEERCRED, value);
        PeerCredentials peer = new(BitConverter.ToInt32(value), BitConverter.ToUInt32(value[4..]), BitConverter.ToUInt32(value[8..]));
        return length < 12 || peer.Uid == uint.MaxValue ? null : peer;
    }

    private static int Required(SafeFileHandle socket, int option, string name) =>
        GetOption(socket, SOL_SOCKET, option) ?? throw new SystemCallException($"getsockopt({name})", NotASocket);

    /// <summary>Bytes of the value, −1 when there is no such option.</summary>
    private static int Get(SafeFileHandle socket, int level, int option, Span<byte> value)
    {
        int length = value.Length;
        long result;
        fixed (byte* start = value)
        {
            result = LinuxCall.Invoke(SystemCall.Getsockopt, socket.DangerousGetHandle(), level, option, (nint)start, (nint)(&length));
        }

        GC.KeepAlive(socket);
        return result switch
        {
            -NoSuchOption or -TransportNotSupported or -Errno.EINVAL or -Errno.ENOENT or -Errno.EPERM or -NotConnected => -1,
            < 0 => throw new SystemCallException($"getsockopt({level}, {option})", (int)-result),
            _ => length,
        };
    }

    private static byte[]? GetName(SafeFileHandle socket, SystemCall call)
    {
        Span<byte> address = stackalloc byte[128];
        int length = address.Length;
        long result;
        fixed (byte* start = address)
        {
            result = LinuxCall.Invoke(call, socket.DangerousGetHandle(), (nint)start, (nint)(&length));
        }

        GC.KeepAlive(socket);
        return result switch
        {
            -NotConnected or -TransportNotSupported or -Errno.EINVAL => null,
            < 0 => throw new SystemCallException(call == SystemCall.Getpeername ? "getpeername" : "getsockname", (int)-result),
            _ => address[..Math.Min(length, address.Length)].ToArray(),
        };
    }
}
