using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Poll;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Linux.Sockets;

/// <summary>Looks at what waits in a socket's receive queue without taking it out (MSG_PEEK, SO_PEEK_OFF).</summary>
public static unsafe class SocketQueue
{
    private const uint NobodyId = 65534;
    private const int LargestMessage = 1 << 20;
    private const int Flags = MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
    private const int NotConnected = 107;

    // struct msghdr, 64-bit.
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public int NameLength;
        public void** Vectors;
        public nint VectorCount;
        public void* Control;
        public nint ControlLength;
        public int Flags;
    }

    /// <summary>Whether a byte that was sent out of band (MSG_OOB) waits to be received as such.</summary>
    public static bool HasUrgent(SafeFileHandle socket)
    {
        byte one = 0;
        long result = LinuxCall.Invoke(SystemCall.Recvfrom, Descriptors.Descriptor.Number(socket), (nint)(&one), 1, MSG_OOB | MSG_PEEK | MSG_DONTWAIT, 0, 0);
        GC.KeepAlive(socket);
        return result == 1 || result == -Errno.EAGAIN;
    }

    /// <summary>
    /// Everything in the receive queue, in order, with copies of the descriptors that travel with it. In a stream descriptors come with the
    /// first byte that was sent with them, and nothing behind the last is read with it (unix(7)): so do the pieces here. The socket's
    /// peek offset is moved meanwhile and then put back: call it only while the process that owns the socket stands still.
    /// </summary>
    /// <exception cref="SystemCallException">This kind of socket has no peek offset (netlink, packet; TCP before 6.9),
    /// or another error.</exception>
    public static IReadOnlyList<QueuedMessage> PeekAll(SafeFileHandle socket)
    {
        bool stream = SocketQuery.GetOption(socket, SOL_SOCKET, 3) == SOCK_STREAM;
        int before = SocketQuery.GetOption(socket, SOL_SOCKET, SO_PEEK_OFF) ?? -1;
        SetPeekOffset(socket, 0);
        try
        {
            List<QueuedMessage> messages = [];
            byte[] buffer = new byte[64 * 1024];
            for (int at = 0; ;)
            {
                QueuedMessage? message = PeekNext(socket, ref buffer);
                if (message is null || (message.Bytes.Length == 0 && (stream || IsEnd(socket))))
                {
                    return messages;
                }

                int plain = stream && message.CarriesDescriptors ? PlainBytes(socket, at, message.Bytes.Length) : 0;
                if (plain > 0)
                {
                    messages.Add(message with { Bytes = message.Bytes[..plain], Descriptors = [], Incomplete = false });
                    message = message with { Bytes = message.Bytes[plain..] };
                }

                at += plain + message.Bytes.Length;
                messages.Add(message);
            }
        }
        finally
        {
            SetPeekOffset(socket, before);
        }
    }

    /// <summary>How many bytes of a piece that ends with descriptors were sent before them, without any. The kernel tells no boundaries, but
    /// it copies what was sent together as a whole or not at all: here there is no room for the last byte, and it says how much it
    /// has copied without a fault (unix_stream_read_generic, net/unix/af_unix.c).</summary>
    /// <param name="at">Where the piece begins.</param>
    private static int PlainBytes(SafeFileHandle socket, int at, int length)
    {
        const nint unmapped = 8;
        byte[] room = new byte[length];
        Span<byte> control = stackalloc byte[1280];
        void** vectors = stackalloc void*[4];
        SetPeekOffset(socket, at);
        long copied;
        fixed (byte* bytes = room)
        fixed (byte* controlStart = control)
        {
            vectors[0] = bytes;
            vectors[1] = (void*)(nint)(length - 1);
            vectors[2] = (void*)unmapped;
            vectors[3] = (void*)1;
            MessageHeader header = new() { Vectors = vectors, VectorCount = 2, Control = controlStart, ControlLength = control.Length };
            copied = LinuxCall.Invoke(SystemCall.Recvmsg, socket.DangerousGetHandle(), (nint)(&header), Flags);
            if (copied >= 0)
            {
                TakeReceived(control[..(int)header.ControlLength], out _).ForEach(static copy => copy.Dispose());
            }
        }

        SetPeekOffset(socket, at + length);
        return copied switch
        {
            -Errno.EFAULT => 0,
            < 0 => throw new SystemCallException("recvmsg(MSG_PEEK)", (int)-copied),
            _ => (int)copied,
        };
    }

    /// <summary>Nothing more can come: what looks like an empty message is the end of file, and would be told for ever.</summary>
    private static bool IsEnd(SafeFileHandle socket) =>
        (Descriptors.Descriptor.Poll(socket, POLLRDHUP, TimeSpan.Zero)
            & (POLLRDHUP | POLLHUP)) != 0;

    private static QueuedMessage? PeekNext(SafeFileHandle socket, ref byte[] buffer)
    {
        Span<byte> name = stackalloc byte[128];
        Span<byte> control = stackalloc byte[1280];
        while (true)
        {
            MessageHeader header = default;
            void** vector = stackalloc void*[2];
            long got;
            fixed (byte* bytes = buffer)
            fixed (byte* nameStart = name)
            fixed (byte* controlStart = control)
            {
                vector[0] = bytes;
                vector[1] = (void*)(nint)buffer.Length;
                header.Name = nameStart;
                header.NameLength = name.Length;
                header.Vectors = vector;
                header.VectorCount = 1;
                header.Control = controlStart;
                header.ControlLength = control.Length;
                got = LinuxCall.Invoke(SystemCall.Recvmsg, socket.DangerousGetHandle(), (nint)(&header), Flags);
            }

            GC.KeepAlive(socket);
            if (got is -Errno.EAGAIN or -NotConnected or -Errno.EINVAL)
            {
                return null;
            }

            if (got < 0)
            {
                throw new SystemCallException("recvmsg(MSG_PEEK)", (int)-got);
            }

            List<SafeFileHandle> received = TakeReceived(control[..(int)header.ControlLength], out PeerCredentials? credentials);
            if ((header.Flags & MSG_TRUNC) != 0 && buffer.Length < LargestMessage)
            {
                // The peek offset has moved into the message: begin anew with more room, behind what was seen before.
                received.ForEach(static copy => copy.Dispose());
                buffer = new byte[buffer.Length * 4];
                int offset = SocketQuery.GetOption(socket, SOL_SOCKET, SO_PEEK_OFF) ?? 0;
                SetPeekOffset(socket, offset - (int)got);
                continue;
            }

            // recvmsg leaves the name length alone when there is no name (AF_UNIX stream).
            int nameLength = header.NameLength is > 2 and <= 128 ? header.NameLength : 0;
            return new QueuedMessage(buffer.AsSpan(0, (int)got).ToArray(), name[..nameLength].ToArray(), received, (header.Flags & MSG_CTRUNC) != 0) { Credentials = credentials };
        }
    }

    /// <summary>Peeking at descriptors gives copies of them.</summary>
    private static List<SafeFileHandle> TakeReceived(ReadOnlySpan<byte> control, out PeerCredentials? credentials)
    {
        List<SafeFileHandle> received = [];
        credentials = null;

        // struct cmsghdr: u64 length with the header, s32 level, s32 type; 8-byte aligned.
        while (control.Length >= 16)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(control);
            if (length < 16 || length > control.Length)
            {
                break;
            }

            int type = BinaryPrimitives.ReadInt32LittleEndian(control[8..]) == SOL_SOCKET ? BinaryPrimitives.ReadInt32LittleEndian(control[12..]) : 0;
            if (type == SCM_CREDENTIALS && length >= 28)
            {
                // struct ucred: pid, uid, gid. One without a sender was sent when nobody asked for him.
                PeerCredentials sender = new PeerCredentials(BinaryPrimitives.ReadInt32LittleEndian(control[16..]), BinaryPrimitives.ReadUInt32LittleEndian(control[20..]), BinaryPrimitives.ReadUInt32LittleEndian(control[24..]));
                credentials = sender is { Pid: 0, Uid: NobodyId } ? null : sender;
            }
            else if (type is SCM_RIGHTS or SCM_PIDFD)
            {
                for (int at = 16; at + 4 <= length; at += 4)
                {
                    SafeFileHandle copy = new(BinaryPrimitives.ReadInt32LittleEndian(control[at..]), ownsHandle: true);
                    if (type == SCM_RIGHTS)
                    {
                        received.Add(copy);
                    }
                    else
                    {
                        // Made for whoever asks (SO_PASSPIDFD).
                        copy.Dispose();
                    }
                }
            }

            int step = (length + 7) & ~7;
            control = step >= control.Length ? default : control[step..];
        }

        return received;
    }

    private static void SetPeekOffset(SafeFileHandle socket, int offset)
    {
        LinuxCall.Check("setsockopt(SO_PEEK_OFF)", null, SystemCall.Setsockopt, socket.DangerousGetHandle(),
            SOL_SOCKET, SO_PEEK_OFF, (nint)(&offset), sizeof(int));
        GC.KeepAlive(socket);
    }
}
