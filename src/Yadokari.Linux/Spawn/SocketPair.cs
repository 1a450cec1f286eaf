using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Native;
using static Yadokari.Linux.Abi.Poll;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Linux.Spawn;

/// <summary>A connected pair of unix stream sockets as plain descriptors: one end for a child, one to talk to it.</summary>
public sealed unsafe class SocketPair : IDisposable
{
    private const int Unix = 1;
    private const int StreamCloseOnExec = SOCK_STREAM | SOCK_CLOEXEC;

    private SocketPair(SafeFileHandle own, SafeFileHandle child)
    {
        Own = own;
        Child = child;
    }

    /// <summary>The caller's end.</summary>
    public SafeFileHandle Own { get; }

    /// <summary>The end for the child; dispose it when the child has it, or its death goes unnoticed.</summary>
    public SafeFileHandle Child { get; }

    public static SocketPair Create()
    {
        int* pair = stackalloc int[2];
        if (LibC.Syscall((long)SystemCall.Socketpair, Unix, StreamCloseOnExec, 0, (long)pair, 0, 0) < 0)
        {
            throw new SystemCallException("socketpair", Marshal.GetLastPInvokeError());
        }

        return new SocketPair(new SafeFileHandle(pair[0], true), new SafeFileHandle(pair[1], true));
    }

    /// <summary>Reads what there is; 0 when the other end is closed. Blocks.</summary>
    public int Read(Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            while (true)
            {
                long got = LibC.Syscall((long)SystemCall.Read, Own.DangerousGetHandle(), (long)pointer, buffer.Length, 0, 0, 0);
                if (got >= 0)
                {
                    return (int)got;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno == 104)
                {
                    return 0; // ECONNRESET: the other end is gone
                }

                if (errno != Errno.EINTR)
                {
                    throw new SystemCallException("read", errno, "control socket");
                }
            }
        }
    }

    /// <summary>Waits until there is something to read or the other end is closed; false after the time is over.</summary>
    /// <param name="milliseconds">-1: for ever.</param>
    public bool WaitReadable(int milliseconds)
    {
        PollDescriptor poll = new() { Descriptor = (int)Own.DangerousGetHandle(), Events = POLLIN };
        long result = LibC.Syscall((long)SystemCall.Poll, (long)(&poll), 1, milliseconds, 0, 0, 0);
        return result > 0;
    }

    /// <summary>Writes one byte; false when the other end is closed.</summary>
    public bool TryWrite(byte value)
    {
        return LibC.Syscall((long)SystemCall.Sendto, Own.DangerousGetHandle(), (long)(&value), 1, MSG_NOSIGNAL, 0, 0) == 1;
    }

    /// <summary>Writes all of the bytes; false when the other end is closed, or takes none for so long.</summary>
    public bool TryWrite(ReadOnlySpan<byte> bytes, int milliseconds)
    {
        fixed (byte* pointer = bytes)
        {
            int done = 0;
            long until = Environment.TickCount64 + milliseconds;
            while (done < bytes.Length)
            {
                long sent = LibC.Syscall((long)SystemCall.Sendto, Own.DangerousGetHandle(), (long)(pointer + done), bytes.Length - done, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);
                if (sent > 0)
                {
                    done += (int)sent;
                    until = Environment.TickCount64 + milliseconds;
                    continue;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno is not (Errno.EINTR or Errno.EAGAIN) || Environment.TickCount64 > until)
                {
                    return false;
                }

                WaitWritable();
            }
        }

        return true;
    }

    /// <summary>Writes one byte with descriptors (SCM_RIGHTS, unix(7)), which the other end gets as its own.</summary>
    public bool TrySend(byte value, ReadOnlySpan<SafeFileHandle> descriptors)
    {
        const int headLength = 16;
        int length = headLength + (descriptors.Length * sizeof(int));
        byte* control = stackalloc byte[length + sizeof(long)];
        *(long*)control = length;
        ((int*)control)[2] = SOL_SOCKET;
        ((int*)control)[3] = SCM_RIGHTS;
        for (int i = 0; i < descriptors.Length; i++)
        {
            ((int*)(control + headLength))[i] = (int)descriptors[i].DangerousGetHandle();
        }

        long* vector = stackalloc long[] { (long)(&value), 1 };
        long* message = stackalloc long[] { 0, 0, (long)vector, 1, (long)control, length, 0 };
        return LibC.Syscall((long)SystemCall.Sendmsg, Own.DangerousGetHandle(), (long)message, MSG_NOSIGNAL, 0, 0, 0) == 1;
    }

    /// <summary>Ends the connection in both directions: whoever waits at either end sees it.</summary>
    public void Shut()
    {
        const int both = 2;
        LibC.Syscall((long)SystemCall.Shutdown, Own.DangerousGetHandle(), both, 0, 0, 0, 0);
    }

    public void Dispose()
    {
        Own.Dispose();
        Child.Dispose();
    }

    /// <summary>For a moment: a socket says that it can be written only when three quarters of it are empty (unix_writable,
    /// net/unix/af_unix.c), and takes more long before.</summary>
    private void WaitWritable()
    {
        const int moment = 20;
        PollDescriptor poll = new() { Descriptor = (int)Own.DangerousGetHandle(), Events = POLLOUT };
        LibC.Syscall((long)SystemCall.Poll, (long)(&poll), 1, moment, 0, 0, 0);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
