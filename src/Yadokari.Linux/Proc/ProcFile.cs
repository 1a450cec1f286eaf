using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Proc;

/// <summary>
/// The bytes of one /proc file, read whole into a pooled buffer that <see cref="Dispose"/> gives back.
/// Not thread-safe.
/// </summary>
public sealed unsafe class ProcFile : IDisposable
{
    private const int FirstBuffer = 16 * 1024;
    private const int NameTooLong = 36;

    /// <summary>What a link of /proc reads when its path is longer than the kernel tells (a page).</summary>
    public const string LongPath = "(longer than a path may be)";

    private byte[] _buffer;
    private readonly int _length;

    private ProcFile(byte[] buffer, int length)
    {
        _buffer = buffer;
        _length = length;
    }

    /// <summary>The content; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Reads /proc/PID/name; of a process whose main thread has ended, what its <see cref="ProcTasks.Witness"/> tells where
    /// that one tells nothing.</summary>
    /// <returns>Null when the process or the file is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static ProcFile? Read(int pid, ReadOnlySpan<byte> name)
    {
        ProcFile? file = null;
        try
        {
            file = ReadOfItself(pid, name);
        }
        catch (SystemCallException forbidden) when (forbidden.Number == Errno.EACCES && ProcTasks.Witness(pid) != pid)
        {
            // What a thread that has ended had is nobody's, so it may be root's.
        }

        if (file is { _length: > 0 } || ProcTasks.Witness(pid) is var witness && witness == pid)
        {
            return file;
        }

        file?.Dispose();
        return ReadOfItself(witness, name);
    }

    /// <summary>Reads /proc/PID/name, whether its main thread lives or not.</summary>
    /// <returns>Null when the process or the file is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    internal static ProcFile? ReadOfItself(int pid, ReadOnlySpan<byte> name)
    {
        Span<byte> path = stackalloc byte[96];
        return ReadPath(ProcPath(path, pid, name));
    }

    /// <summary>Reads /proc/PID/task/TID/name.</summary>
    /// <returns>Null when the thread is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static ProcFile? ReadThread(int pid, int tid, ReadOnlySpan<byte> name)
    {
        Span<byte> path = stackalloc byte[96];
        return ReadPath(TaskPath(path, pid, tid, name));
    }

    /// <summary>Reads any file that tells its content through read(2), whatever length it claims to have.</summary>
    /// <returns>Null when it does not exist.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static ProcFile? Read(string path) => ReadPath(KernelText.EncodeTerminated(path));

    /// <summary>Reads the target of the link /proc/PID/name.</summary>
    /// <returns>Null when the process is gone or the link leads nowhere (a kernel thread's exe).</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static string? ReadLink(int pid, ReadOnlySpan<byte> name)
    {
        Span<byte> path = stackalloc byte[96];
        string? target = null;
        try
        {
            target = ReadLinkPath(ProcPath(path, pid, name));
        }
        catch (SystemCallException forbidden) when (forbidden.Number == Errno.EACCES && ProcTasks.Witness(pid) != pid)
        {
            // As above.
        }

        return target is not null || ProcTasks.Witness(pid) is var witness && witness == pid ? target : ReadLinkPath(ProcPath(path, witness, name));
    }

    /// <summary>Reads the target of any symbolic link.</summary>
    /// <returns>Null when it does not exist.</returns>
    /// <exception cref="SystemCallException">Not permitted, not a link, or another error.</exception>
    public static string? ReadLink(string path) => ReadLinkPath(KernelText.EncodeTerminated(path));

    /// <summary>The entries of the directory /proc/PID/name whose names are numbers, in the kernel's order.</summary>
    /// <returns>Null when the process is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static List<int>? ListNumbers(int pid, ReadOnlySpan<byte> name)
    {
        List<int>? numbers = null;
        try
        {
            numbers = ListOfItself(pid, name);
        }
        catch (SystemCallException forbidden) when (forbidden.Number == Errno.EACCES && ProcTasks.Witness(pid) != pid)
        {
            // As above.
        }

        return numbers is { Count: > 0 } || ProcTasks.Witness(pid) is var witness && witness == pid ? numbers : ListOfItself(witness, name);
    }

    /// <summary>The same, whether its main thread lives or not.</summary>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    internal static List<int>? ListOfItself(int pid, ReadOnlySpan<byte> name)
    {
        Span<byte> pathBuffer = stackalloc byte[96];
        Span<byte> path = ProcPath(pathBuffer, pid, name);
        int descriptor = Open(path, O_CLOEXEC | O_DIRECTORY);
        if (descriptor < 0)
        {
            return null;
        }

        byte[] entries = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            List<int> numbers = [];
            while (true)
            {
                long got;
                fixed (byte* start = entries)
                {
                    got = LinuxCall.Invoke(SystemCall.Getdents64, descriptor, (nint)start, entries.Length);
                }

                if (got is -Errno.ENOENT or -Errno.ESRCH)
                {
                    return null;
                }

                if (got < 0)
                {
                    throw new SystemCallException("getdents64", (int)-got, Text(path));
                }

                if (got == 0)
                {
                    return numbers;
                }

                // struct linux_dirent64: u64 inode, s64 offset, u16 length of the record, u8 type, name.
                for (int at = 0; at < got;)
                {
                    ReadOnlySpan<byte> entry = entries.AsSpan(at);
                    int size = BinaryPrimitives.ReadUInt16LittleEndian(entry[16..]);
                    if (entry[19] is >= (byte)'0' and <= (byte)'9' && Utf8Parser.TryParse(entry[19..size], out int number, out _))
                    {
                        numbers.Add(number);
                    }

                    at += size;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(entries);
            LinuxCall.Invoke(SystemCall.Close, descriptor);
        }
    }

    public void Dispose()
    {
        byte[] old = _buffer;
        _buffer = [];
        if (old.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(old);
        }
    }

    private static ProcFile? ReadPath(ReadOnlySpan<byte> path)
    {
        int descriptor = Open(path, O_CLOEXEC);
        if (descriptor < 0)
        {
            return null;
        }

        byte[] bytes = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        int length = 0;
        try
        {
            while (true)
            {
                if (length == bytes.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent(bytes.Length * 2);
                    bytes.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(bytes);
                    bytes = larger;
                }

                long got;
                fixed (byte* start = bytes)
                {
                    got = LinuxCall.Invoke(SystemCall.Read, descriptor, (nint)(start + length), bytes.Length - length);
                }

                if (got == 0)
                {
                    byte[] whole = bytes;
                    bytes = [];
                    return new ProcFile(whole, length);
                }

                if (got is -Errno.ESRCH or -Errno.ENOENT)
                {
                    return null;
                }

                if (got < 0)
                {
                    throw new SystemCallException("read", (int)-got, Text(path));
                }

                length += (int)got;
            }
        }
        finally
        {
            if (bytes.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }

            LinuxCall.Invoke(SystemCall.Close, descriptor);
        }
    }

    private static string? ReadLinkPath(ReadOnlySpan<byte> path)
    {
        byte[] target = ArrayPool<byte>.Shared.Rent(8192);
        try
        {
            long got;
            fixed (byte* name = path)
            fixed (byte* start = target)
            {
                got = LinuxCall.Invoke(SystemCall.Readlinkat, AT_FDCWD, (nint)name, (nint)start, target.Length);
            }

            return got switch
            {
                -Errno.ENOENT or -Errno.ESRCH => null,
                -NameTooLong => LongPath,
                < 0 => throw new SystemCallException("readlink", (int)-got, Text(path)),
                _ => KernelText.Decode(target.AsSpan(0, (int)got)),
            };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(target);
        }
    }

    /// <summary>A descriptor, or −1 when the file does not exist.</summary>
    private static int Open(ReadOnlySpan<byte> path, int flags)
    {
        long result;
        fixed (byte* name = path)
        {
            result = LinuxCall.Invoke(SystemCall.Openat, AT_FDCWD, (nint)name, flags);
        }

        return result switch
        {
            // EINVAL: of mountinfo, when the process is just ending and has no namespaces any more (mounts_open_common, fs/proc_namespace.c).
            -Errno.ENOENT or -Errno.ESRCH or -Errno.EINVAL => -1,
            < 0 => throw new SystemCallException("open", (int)-result, Text(path)),
            _ => (int)result,
        };
    }

    private static Span<byte> ProcPath(Span<byte> path, int pid, ReadOnlySpan<byte> name)
    {
        int at = Append(path, 0, "/proc/"u8);
        at = Append(path, at, pid);
        path[at++] = (byte)'/';
        at = Append(path, at, name);
        path[at++] = 0;
        return path[..at];
    }

    private static Span<byte> TaskPath(Span<byte> path, int pid, int tid, ReadOnlySpan<byte> name)
    {
        int at = Append(path, 0, "/proc/"u8);
        at = Append(path, at, pid);
        at = Append(path, at, "/task/"u8);
        at = Append(path, at, tid);
        path[at++] = (byte)'/';
        at = Append(path, at, name);
        path[at++] = 0;
        return path[..at];
    }

    private static int Append(Span<byte> path, int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(path[at..]);
        return at + text.Length;
    }

    private static int Append(Span<byte> path, int at, int number)
    {
        Utf8Formatter.TryFormat(number, path[at..], out int written);
        return at + written;
    }

    private static string Text(ReadOnlySpan<byte> path) => KernelText.Decode(path[..^1]);
}
