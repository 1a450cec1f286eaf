using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Poll;

namespace Yadokari.Linux.Descriptors;

/// <summary>The caller's own streams 0, 1 and 2, byte for byte and at the offset that they share with whoever else has them:
/// read(2) and write(2) and nothing between.</summary>
public static unsafe class StandardStream
{
    /// <summary>Opens /dev/null in place of each stream that the caller was started without: else the next file that is opened, a
    /// job's image perhaps, would have that number, and messages would be written into it. To be called before anything is
    /// opened.</summary>
    public static void EnsureOpen()
    {
        for (int stream = 0; stream <= 2; stream++)
        {
            if (LinuxCall.Invoke(SystemCall.Fcntl, stream, F_GETFD) == -Errno.EBADF)
            {
                fixed (byte* path = "/dev/null\0"u8)
                {
                    // The lowest free number is this one: those below are open.
                    LinuxCall.Invoke(SystemCall.Openat, AT_FDCWD, (nint)path, O_RDWR);
                }
            }
        }
    }

    /// <summary>Reads what there is; blocks until there is something.</summary>
    /// <returns>0 at the end, also when the stream is closed or can't be read.</returns>
    public static int Read(int stream, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                long result = LinuxCall.Invoke(SystemCall.Read, stream, (nint)start, buffer.Length);
                if (result != -Errno.EAGAIN)
                {
                    return (int)Math.Max(result, 0);
                }

                Wait(stream, POLLIN);
            }
        }
    }

    /// <summary>Writes all of it.</summary>
    /// <returns>False when nobody reads the stream any more, or it is closed.</returns>
    /// <exception cref="SystemCallException">It could not be written: a full disk.</exception>
    public static bool Write(int stream, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                long result = LinuxCall.Invoke(SystemCall.Write, stream, (nint)(start + done), bytes.Length - done);
                switch (result)
                {
                    case >= 0:
                        done += (int)result;
                        break;
                    case -Errno.EAGAIN:
                        Wait(stream, POLLOUT);
                        break;
                    case -Errno.EPIPE or -Errno.EBADF:
                        return false;
                    default:
                        throw new SystemCallException("write", (int)-result, $"stream {stream}");
                }
            }
        }

        return true;
    }

    /// <summary>Where in its file a stream is (lseek(2)), bytes: for the caller and all who have the same description.</summary>
    /// <exception cref="SystemCallException">It is no file.</exception>
    public static long GetOffset(int stream) => LinuxCall.Check("lseek", null, SystemCall.Lseek, stream, 0, SEEK_CUR);

    /// <summary>Sets it.</summary>
    /// <exception cref="SystemCallException">It is no file.</exception>
    public static void SetOffset(int stream, long offset) => LinuxCall.Check("lseek", null, SystemCall.Lseek, stream, (nint)offset, SEEK_SET);

    /// <summary>Lets go of a stream: whoever feeds it learns that nobody reads it any more. The runtime keeps copies of standard
    /// streams; they, too, lead to /dev/null from then on, so that no number comes to mean something else.</summary>
    public static void Close(int stream)
    {
        int self = Environment.ProcessId;
        using SafeFileHandle nothing = File.OpenHandle("/dev/null");
        foreach (int number in ProcFdInfo.Numbers(self) ?? [])
        {
            if (number != stream && number > 2 && Kcmp.CompareFiles(self, stream, self, number) == 0)
            {
                LinuxCall.Invoke(SystemCall.Dup3, Descriptor.Number(nothing), number, O_CLOEXEC);
            }
        }

        LinuxCall.Invoke(SystemCall.Dup3, Descriptor.Number(nothing), stream, 0);
    }

    private static void Wait(int stream, short events)
    {
        ulong entry = (uint)stream | ((ulong)(ushort)events << 32);
        LinuxCall.Check("poll", null, SystemCall.Poll, (nint)(&entry), 1, -1);
    }
}
