using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;
using static Yadokari.Linux.Abi.Poll;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Linux.Sockets;

/// <summary>Looks at what a TCP connection of this host holds, in one direction, without taking it out.</summary>
public static unsafe class TcpQueue
{
    private const int EnlargedBuffer = 1 << 29;

    // TCP_RECV_QUEUE and TCP_SEND_QUEUE (linux/tcp.h).
    private const int ReceiveQueue = 1;
    private const int SendQueue = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>What waits to be read, in order, together with what the other end has sent and this one had no room for. Both ends stand
    /// still. The receiver has as much room afterwards as before, though it may hold more.</summary>
    /// <param name="receiver">The reading end.</param>
    /// <param name="sender">The other end; null: it is closed.</param>
    /// <returns>Null when it did not come within two seconds.</returns>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static byte[]? PeekAll(SafeFileHandle receiver, SafeFileHandle? sender)
    {
        if (IsSent(receiver, sender))
        {
            return PeekHeld(receiver);
        }

        return sender is not null && PeekBoth(receiver, sender) is { } all ? all
            : MakeArrive(receiver, sender) ? PeekHeld(receiver)
            : null;
    }

    /// <summary>Who has CAP_NET_ADMIN may look at the queue of what is sent and not acknowledged (TCP_REPAIR, tcp(7)), out of which nothing goes
    /// meanwhile. Some of it may have come already: the sequence numbers of both ends tell how much.</summary>
    /// <returns>Null for others.</returns>
    private static byte[]? PeekBoth(SafeFileHandle receiver, SafeFileHandle sender)
    {
        using Repair repair = new(sender);
        if (!repair.IsOn)
        {
            return null;
        }

        // What was on its way when the sender was held comes still.
        byte[] held;
        uint expected;
        do
        {
            if (ReadExpected(receiver) is not { } before)
            {
                return null;
            }

            expected = before;
            held = PeekHeld(receiver);
        }
        while (ReadExpected(receiver) != expected);

        byte[] bytes = new byte[Descriptor.GetUnsentBytes(sender)];
        if (ReadSequence(sender, SendQueue) is not { } written)
        {
            return null;
        }

        long got;
        fixed (byte* start = bytes)
        {
            got = bytes.Length == 0 ? 0 : LinuxCall.Invoke(SystemCall.Recvfrom, Descriptor.Number(sender), (nint)start, bytes.Length, MSG_PEEK | MSG_DONTWAIT);
        }

        // The end of a stream (FIN) counts one.
        int end = bytes.Length - (int)got;
        if (got < 0 || end > 1)
        {
            return null;
        }

        int missing = Math.Clamp((int)(written - expected) - end, 0, (int)got);
        return [.. held, .. bytes.AsSpan((int)got - missing, missing)];
    }

    /// <summary>The number of the byte that an end waits for.</summary>
    private static uint? ReadExpected(SafeFileHandle receiver)
    {
        using Repair repair = new(receiver);
        return repair.IsOn ? ReadSequence(receiver, ReceiveQueue) : null;
    }

    private static uint? ReadSequence(SafeFileHandle socket, int queue) =>
        SocketProbe.TrySet(socket, SOL_TCP, TCP_REPAIR_QUEUE, BitConverter.GetBytes(queue)) == 0 && SocketQuery.GetOption(socket, SOL_TCP, TCP_QUEUE_SEQ) is { } number
            ? (uint)number
            : null;

    private static bool IsSent(SafeFileHandle receiver, SafeFileHandle? sender)
    {
        if (sender is null)
        {
            // Behind all that a closed one had sent comes its end.
            return (Descriptor.Poll(receiver, POLLRDHUP, TimeSpan.Zero) & POLLRDHUP) != 0;
        }

        if (Descriptor.GetUnsentBytes(sender) == 0)
        {
            return true;
        }

        // What has come is often acknowledged only with the next answer.
        SocketProbe.TrySet(receiver, SOL_TCP, TCP_QUICKACK, BitConverter.GetBytes(1));
        return Descriptor.GetUnsentBytes(sender) == 0;
    }

    private static bool MakeArrive(SafeFileHandle receiver, SafeFileHandle? sender)
    {
        int size = SocketQuery.GetOption(receiver, SOL_SOCKET, SO_RCVBUF) ?? 0;
        int locked = SocketQuery.GetOption(receiver, SOL_SOCKET, SO_BUF_LOCK) ?? 0;
        SocketProbe.TrySet(receiver, SOL_SOCKET, SO_RCVBUF, BitConverter.GetBytes(EnlargedBuffer));
        SocketProbe.TrySet(receiver, SOL_SOCKET, SO_RCVBUFFORCE, BitConverter.GetBytes(EnlargedBuffer));
        try
        {
            long begun = Stopwatch.GetTimestamp();
            while (!IsSent(receiver, sender))
            {
                if (Stopwatch.GetElapsedTime(begun) > Patience)
                {
                    return false;
                }

                // Looking at it makes the kernel tell the sender how much room there is.
                PeekHeld(receiver);
                ShortSleep.For(500);
            }

            return true;
        }
        finally
        {
            // The kernel doubles what is set (socket(7)).
            SocketProbe.TrySet(receiver, SOL_SOCKET, SO_RCVBUF, BitConverter.GetBytes(size / 2));
            SocketProbe.TrySet(receiver, SOL_SOCKET, SO_RCVBUFFORCE, BitConverter.GetBytes(size / 2));
            SocketProbe.TrySet(receiver, SOL_SOCKET, SO_BUF_LOCK, BitConverter.GetBytes(locked));
        }
    }

    /// <summary>What waits to be read, and no more. An error that waits behind it stays.</summary>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static byte[] PeekArrived(SafeFileHandle receiver) => PeekHeld(receiver);

    private static byte[] PeekHeld(SafeFileHandle receiver)
    {
        while (true)
        {
            byte[] bytes = new byte[Descriptor.GetReadableBytes(receiver)];
            if (bytes.Length == 0)
            {
                return bytes;
            }

            long got;
            fixed (byte* start = bytes)
            {
                got = LinuxCall.Invoke(SystemCall.Recvfrom, Descriptor.Number(receiver), (nint)start, bytes.Length, MSG_PEEK | MSG_DONTWAIT);
            }

            GC.KeepAlive(receiver);
            if (got == bytes.Length)
            {
                return bytes;
            }

            if (got < 0)
            {
                throw new SystemCallException("recv(MSG_PEEK)", (int)-got);
            }
        }
    }

    /// <summary>A socket in repair, for as long as this is not disposed. It is as before afterwards: to leave takes SO_REUSEADDR away
    /// (do_tcp_setsockopt, net/ipv4/tcp.c).</summary>
    private readonly ref struct Repair : IDisposable
    {
        private readonly SafeFileHandle _socket;
        private readonly int _reuse;

        public Repair(SafeFileHandle socket)
        {
            const int on = 1;
            _socket = socket;
            _reuse = SocketQuery.GetOption(socket, SOL_SOCKET, SO_REUSEADDR) ?? 0;
            IsOn = SocketProbe.TrySet(socket, SOL_TCP, TCP_REPAIR, BitConverter.GetBytes(on)) == 0;
        }

        /// <summary>False for who has no CAP_NET_ADMIN.</summary>
        public bool IsOn { get; }

        public void Dispose()
        {
            const int offWithoutProbe = -1;
            if (IsOn)
            {
                SocketProbe.TrySet(_socket, SOL_TCP, TCP_REPAIR, BitConverter.GetBytes(offWithoutProbe));
                SocketProbe.TrySet(_socket, SOL_SOCKET, SO_REUSEADDR, BitConverter.GetBytes(_reuse));
            }
        }
    }
}
