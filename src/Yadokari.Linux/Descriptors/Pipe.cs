using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Poll;

namespace Yadokari.Linux.Descriptors;

/// <summary>Makes pipes and carries bytes between pipes and files inside the kernel (pipe(2), splice(2)). A carried byte is taken
/// out of one and stands in the other by a single act: a process that is killed in the middle neither loses nor doubles any.</summary>
public static unsafe class Pipe
{
    private const int NonBlocking = 2; // SPLICE_F_NONBLOCK

    /// <summary>A new pipe. The caller owns both ends.</summary>
    public static (SafeFileHandle Read, SafeFileHandle Write) Create()
    {
        int* ends = stackalloc int[2];
        LinuxCall.Check("pipe2", null, SystemCall.Pipe2, (nint)ends, O_CLOEXEC);
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }

    /// <summary>A pipe whose one descriptor is both its ends, and never blocks. The caller owns it.</summary>
    public static SafeFileHandle CreateBoth()
    {
        (SafeFileHandle read, SafeFileHandle write) = Create();
        using (read)
        using (write)
        {
            return Descriptor.Reopen(read, O_RDWR | O_NONBLOCK) ?? throw new SystemCallException("open", Errno.EACCES, "a pipe of the caller's own");
        }
    }

    /// <summary>Carries bytes between a pipe and a terminal, either way.</summary>
    /// <returns>Bytes carried; 0 where a read would return 0; −errno, −EAGAIN when there is nothing, or no room.</returns>
    public static long Carry(SafeFileHandle from, SafeFileHandle to, int most)
    {
        long result = LinuxCall.Invoke(SystemCall.Splice, Descriptor.Number(from), 0, Descriptor.Number(to), 0, most, NonBlocking);
        GC.KeepAlive(from);
        GC.KeepAlive(to);
        return result;
    }

    /// <summary>Puts one byte in. Nothing happens where nobody reads it.</summary>
    public static void Put(SafeFileHandle pipe, byte word)
    {
        LinuxCall.Invoke(SystemCall.Write, Descriptor.Number(pipe), (nint)(&word), 1);
        GC.KeepAlive(pipe);
    }

    /// <summary>Takes out what is in it; waits for nothing.</summary>
    public static void Empty(SafeFileHandle pipe)
    {
        byte* room = stackalloc byte[256];
        while ((Descriptor.Poll(pipe, POLLIN, TimeSpan.Zero) & POLLIN) != 0)
        {
            LinuxCall.Invoke(SystemCall.Read, Descriptor.Number(pipe), (nint)room, 256);
        }

        GC.KeepAlive(pipe);
    }

    /// <summary>Carries what is in a pipe to a place in a file (not one opened with O_APPEND).</summary>
    /// <returns>Bytes carried; 0 when the pipe is empty and has no writer; −errno, −EAGAIN when it is empty.</returns>
    public static long ToFile(SafeFileHandle pipe, SafeFileHandle file, long offset, int most)
    {
        long at = offset;
        long result = LinuxCall.Invoke(SystemCall.Splice, Descriptor.Number(pipe), 0, Descriptor.Number(file), (nint)(&at), most, NonBlocking);
        GC.KeepAlive(pipe);
        GC.KeepAlive(file);
        return result;
    }

    /// <summary>Carries what follows a file's own offset into a pipe, and moves that offset on.</summary>
    /// <returns>Bytes carried; 0 at the file's end; −errno, −EAGAIN when the pipe is full, −EPIPE when it has no reader.</returns>
    public static long FromFile(SafeFileHandle file, SafeFileHandle pipe, int most)
    {
        long result = LinuxCall.Invoke(SystemCall.Splice, Descriptor.Number(file), 0, Descriptor.Number(pipe), 0, most, NonBlocking);
        GC.KeepAlive(pipe);
        GC.KeepAlive(file);
        return result;
    }
}
