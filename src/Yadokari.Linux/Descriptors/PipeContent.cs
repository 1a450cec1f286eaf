using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Descriptors;

/// <summary>Looks at the unread bytes of a pipe without taking them out (tee(2)).</summary>
public static unsafe class PipeContent
{
    private const int NonBlocking = 2;          // SPLICE_F_NONBLOCK
    private const int OpenFlags = O_CLOEXEC | O_NONBLOCK;

    /// <summary>
    /// The unread bytes: one piece for each packet of a packet-mode pipe (O_DIRECT), else all in one. Nothing is
    /// consumed; the pages are shared until they are read here.
    /// </summary>
    /// <param name="readEnd">A descriptor open for reading.</param>
    /// <param name="inPackets">Whether they are packets: what they were written as, which no end that is still open need tell (the
    /// one for reading never does). Null: a single byte, or none, does not tell.</param>
    /// <exception cref="SystemCallException">Not a pipe, not readable, or more in it than this user's pipes may hold.</exception>
    public static IReadOnlyList<byte[]> Peek(SafeFileHandle readEnd, out bool? inPackets)
    {
        inPackets = null;
        int unread = Descriptor.GetReadableBytes(readEnd);
        if (unread == 0)
        {
            return [];
        }

        int size = Descriptor.GetPipeSize(readEnd);
        int* ends = stackalloc int[2];
        LinuxCall.Check("pipe2", null, SystemCall.Pipe2, (nint)ends, OpenFlags);
        using SafeFileHandle copyRead = new(ends[0], ownsHandle: true);
        using SafeFileHandle copyWrite = new(ends[1], ownsHandle: true);

        // As many slots as the original has, or tee would stop early.
        LinuxCall.Check("fcntl(F_SETPIPE_SZ)", $"{size}", SystemCall.Fcntl, ends[1], F_SETPIPE_SZ, size);
        Copy(readEnd, ends[1], unread);
        List<byte[]> pieces = [];
        byte[] buffer = new byte[unread];
        for (long left = unread; left > 0;)
        {
            long got;
            fixed (byte* start = buffer)
            {
                got = LinuxCall.Check("read", "pipe", SystemCall.Read, ends[0], (nint)start, buffer.Length);
            }

            if (got == 0)
            {
                throw new SystemCallException("read", Errno.EIO, "pipe");
            }

            pieces.Add(buffer.AsSpan(0, (int)got).ToArray());
            left -= got;
        }

        if (pieces.Count > 1)
        {
            inPackets = true;
        }
        else if (unread > 1)
        {
            // Who reads a part of a packet loses the rest (pipe(2)).
            Copy(readEnd, ends[1], unread);
            byte first;
            LinuxCall.Check("read", "pipe", SystemCall.Read, ends[0], (nint)(&first), 1);
            inPackets = Descriptor.GetReadableBytes(copyRead) == 0;
        }

        return pieces;
    }

    private static void Copy(SafeFileHandle readEnd, int to, int unread)
    {
        long copied = LinuxCall.Check("tee", null, SystemCall.Tee, Descriptor.Number(readEnd), to, int.MaxValue, NonBlocking);
        GC.KeepAlive(readEnd);
        if (copied != unread)
        {
            throw new SystemCallException("tee", Errno.EAGAIN, $"{copied} of {unread} bytes");
        }
    }
}
