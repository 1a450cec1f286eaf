using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Native;

namespace Yadokari.Linux.Spawn;

/// <summary>A connected pair of unix stream sockets as plain descriptors: one end for a child, one to talk to it.</summary>
public sealed unsafe class SocketPair : IDisposable
{
    private const int Unix = 1;
    private const int StreamCloseOnExec = 1 | 0x80000;
    private const int PollIn = 1;

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
        PollDescriptor poll = new() { Descriptor = (int)Own.DangerousGetHandle(), Events = PollIn };
        long result = LibC.Syscall((long)SystemCall.Poll, (long)(&poll), 1, milliseconds, 0, 0, 0);
        return result > 0;
    }

    /// <summary>Writes one byte; false when the other end is closed.</summary>
    public bool TryWrite(byte value)
    {
        const int noSignal = 0x4000;
        return LibC.Syscall((long)SystemCall.Sendto, Own.DangerousGetHandle(), (long)(&value), 1, noSignal, 0, 0) == 1;
    }

    public void Dispose()
    {
        Own.Dispose();
        Child.Dispose();
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
