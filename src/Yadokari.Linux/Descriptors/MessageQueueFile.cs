using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Yadokari.Linux.Descriptors;

/// <summary>What a descriptor of a POSIX message queue tells without taking anything out of it (mq_overview(7), ipc/mqueue.c).</summary>
/// <param name="MostMessages">It holds so many at most.</param>
/// <param name="LongestMessage">Bytes.</param>
/// <param name="Messages">That wait in it.</param>
/// <param name="Bytes">Of all these.</param>
/// <param name="ToldProcess">Who asked by mq_notify(3) to be told of the next message; 0: nobody.</param>
public readonly record struct MessageQueueFile(long MostMessages, long LongestMessage, int Messages, long Bytes, int ToldProcess)
{
    private const long FileSystem = 0x19800202; // MQUEUE_MAGIC

    /// <summary>Whether a descriptor is one of a queue.</summary>
    public static bool IsOne(SafeFileHandle file) => Descriptor.GetFileSystemType(file) == FileSystem;

    /// <param name="queue">Open for anything.</param>
    /// <returns>Null when it may not be read.</returns>
    /// <exception cref="SystemCallException">The kernel answers otherwise than it should.</exception>
    public static MessageQueueFile? Read(SafeFileHandle queue)
    {
        using SafeFileHandle? readable = Descriptor.Reopen(queue, Abi.Fcntl.O_NONBLOCK);
        return readable is null ? null : ReadAttributes(readable) is var (most, longest, messages) ? ReadText(readable, most, longest, messages) : null;
    }

    /// <summary>Removes a name of the caller's own IPC namespace, as mq_unlink(3) does.</summary>
    /// <param name="name">Without the slash.</param>
    /// <param name="inode">Of the queue that it stands for: another one of the same name stays.</param>
    public static unsafe void TryRemove(string name, ulong inode)
    {
        byte[] text = KernelText.EncodeTerminated(name);
        fixed (byte* start = text)
        {
            long opened = LinuxCall.Invoke(SystemCall.Mq_open, (nint)start, Abi.Fcntl.O_CLOEXEC, 0, 0);
            if (opened < 0)
            {
                return;
            }

            using SafeFileHandle queue = new((nint)opened, ownsHandle: true);
            if (FileStatus.Of(queue).Inode == inode)
            {
                LinuxCall.Invoke(SystemCall.Mq_unlink, (nint)start);
            }
        }
    }

    private static unsafe (long Most, long Longest, int Messages) ReadAttributes(SafeFileHandle queue)
    {
        // struct mq_attr: flags, most messages, longest message, messages; four words are reserved.
        long* attributes = stackalloc long[8];
        LinuxCall.Check("mq_getattr", null, SystemCall.Mq_getsetattr, queue.DangerousGetHandle(), 0, (nint)attributes);
        return (attributes[1], attributes[2], (int)attributes[3]);
    }

    private static MessageQueueFile ReadText(SafeFileHandle queue, long most, long longest, int messages)
    {
        // "QSIZE:129 NOTIFY:0 SIGNO:0 NOTIFY_PID:0"
        byte[] bytes = new byte[256];
        string text = Encoding.ASCII.GetString(bytes, 0, RandomAccess.Read(queue, bytes, 0));
        return new MessageQueueFile(most, longest, messages, Number(text, "QSIZE:"), (int)Number(text, "NOTIFY_PID:"));
    }

    private static long Number(string text, string name)
    {
        int at = text.IndexOf(name, StringComparison.Ordinal);
        int end = at + name.Length;
        while (at >= 0 && end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return at >= 0 && long.TryParse(text.AsSpan(at + name.Length, end - at - name.Length), CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new SystemCallException("read", Errno.EINVAL, $"a message queue that says '{text.TrimEnd()}'");
    }
}
