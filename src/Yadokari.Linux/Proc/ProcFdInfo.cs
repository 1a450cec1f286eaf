using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Proc;

/// <summary>What /proc/PID/fdinfo/N tells of an open file description (proc_pid_fdinfo(5)).</summary>
public sealed record ProcFdInfo
{
    /// <summary>File offset in bytes.</summary>
    public required long Position { get; init; }

    /// <summary>Access mode and O_* status flags, as open(2) takes them; with O_CLOEXEC for the descriptor.</summary>
    public required int Flags { get; init; }

    public required int MountId { get; init; }

    /// <summary>Inode; 0 on kernels before 5.14.</summary>
    public required ulong Inode { get; init; }

    public EventFdInfo? EventFd { get; init; }

    /// <summary>Of a unix socket: how many descriptors wait in it to be received.</summary>
    public int DescriptorsInFlight { get; init; }

    /// <summary>Empty for anything but an epoll instance.</summary>
    public IReadOnlyList<EpollTarget> EpollTargets { get; init; } = [];

    /// <summary>The mask of a signalfd: bit n−1 is signal n; null for anything else.</summary>
    public ulong? SignalMask { get; init; }

    public TimerFdInfo? TimerFd { get; init; }

    /// <summary>Empty for anything but an inotify instance.</summary>
    public IReadOnlyList<InotifyWatch> InotifyWatches { get; init; } = [];

    public IReadOnlyList<FileLock> Locks { get; init; } = [];

    /// <summary>The process of a pidfd, −1 when it has been reaped; null for anything else.</summary>
    public int? PidFdPid { get; init; }

    /// <summary>FD_CLOEXEC is set on this descriptor.</summary>
    public bool CloseOnExec => (Flags & O_CLOEXEC) != 0;

    /// <summary>The numbers of the open descriptors of a process, ascending.</summary>
    /// <returns>Null when the process is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static IReadOnlyList<int>? Numbers(int pid) => ProcFile.ListNumbers(pid, "fd"u8);

    /// <summary>What a descriptor leads to: a path, or e.g. <c>pipe:[4711]</c>, <c>anon_inode:[eventpoll]</c>.</summary>
    /// <returns>Null when the process is gone or the descriptor closed.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static string? Link(int pid, int descriptor)
    {
        Span<byte> name = stackalloc byte[24];
        return ProcFile.ReadLink(pid, Name(name, "fd/"u8, descriptor));
    }

    /// <summary>Reads the facts of one descriptor.</summary>
    /// <returns>Null when the process is gone or the descriptor closed.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static ProcFdInfo? Read(int pid, int descriptor)
    {
        Span<byte> name = stackalloc byte[24];
        using ProcFile? file = ProcFile.Read(pid, Name(name, "fdinfo/"u8, descriptor));
        return file is null ? null : Parse(file.Bytes);
    }

    /// <summary>Parses the text of a fdinfo file; lines of kinds it does not know are passed over.</summary>
    public static ProcFdInfo Parse(ReadOnlySpan<byte> text)
    {
        long position = 0;
        int flags = 0, mount = 0;
        ulong inode = 0, count = 0;
        int id = -1;
        bool isEventFd = false, semaphore = false, isTimer = false;
        ulong? signals = null;
        int clock = 0;
        ulong ticks = 0, value = 0, interval = 0;
        uint settime = 0;
        int? pidFd = null;
        int flying = 0;
        List<EpollTarget>? targets = null;
        List<InotifyWatch>? watches = null;
        List<FileLock>? locks = null;

        ByteCursor lines = new(text);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            ByteCursor cursor = new(line);
            if (cursor.Skip("pos:"u8))
            {
                position = cursor.ReadDecimal();
            }
            else if (cursor.Skip("flags:"u8))
            {
                flags = (int)cursor.ReadOctal();
            }
            else if (cursor.Skip("mnt_id:"u8))
            {
                mount = (int)cursor.ReadDecimal();
            }
            else if (cursor.Skip("ino:"u8))
            {
                inode = cursor.ReadUnsigned();
            }
            else if (cursor.Skip("eventfd-count:"u8))
            {
                isEventFd = true;
                count = cursor.ReadHex();
            }
            else if (cursor.Skip("eventfd-id:"u8))
            {
                id = (int)cursor.ReadDecimal();
            }
            else if (cursor.Skip("eventfd-semaphore:"u8))
            {
                semaphore = cursor.ReadDecimal() != 0;
            }
            else if (cursor.Skip("tfd:"u8))
            {
                (targets ??= []).Add(ReadTarget(cursor));
            }
            else if (cursor.Skip("sigmask:"u8))
            {
                signals = cursor.ReadHex();
            }
            else if (cursor.Skip("clockid:"u8))
            {
                isTimer = true;
                clock = (int)cursor.ReadDecimal();
            }
            else if (cursor.Skip("ticks:"u8))
            {
                ticks = cursor.ReadUnsigned();
            }
            else if (cursor.Skip("settime flags:"u8))
            {
                settime = (uint)cursor.ReadOctal();
            }
            else if (cursor.Skip("it_value:"u8))
            {
                value = ReadTime(cursor);
            }
            else if (cursor.Skip("it_interval:"u8))
            {
                interval = ReadTime(cursor);
            }
            else if (cursor.Skip("inotify "u8))
            {
                (watches ??= []).Add(ReadWatch(cursor));
            }
            else if (cursor.Skip("lock:"u8))
            {
                (locks ??= []).Add(ReadLock(cursor));
            }
            else if (cursor.Skip("scm_fds:"u8))
            {
                flying = (int)cursor.ReadDecimal();
            }
            else if (cursor.Skip("Pid:"u8))
            {
                pidFd = (int)cursor.ReadDecimal();
            }
        }

        return new ProcFdInfo
        {
            Position = position,
            Flags = flags,
            MountId = mount,
            Inode = inode,
            EventFd = isEventFd ? new EventFdInfo(count, id, semaphore) : null,
            EpollTargets = targets ?? (IReadOnlyList<EpollTarget>)[],
            SignalMask = signals,
            TimerFd = isTimer ? new TimerFdInfo(clock, ticks, settime, value, interval) : null,
            InotifyWatches = watches ?? (IReadOnlyList<InotifyWatch>)[],
            Locks = locks ?? (IReadOnlyList<FileLock>)[],
            PidFdPid = pidFd,
            DescriptorsInFlight = flying,
        };
    }

    // tfd:       10 events:       19 data:               10  pos:0 ino:3a11 sdev:c
    private static EpollTarget ReadTarget(ByteCursor cursor)
    {
        int descriptor = (int)cursor.ReadDecimal();
        cursor.SkipPast("events:"u8);
        uint events = (uint)cursor.ReadHex();
        cursor.SkipPast("data:"u8);
        ulong data = cursor.ReadHex();
        ulong inode = cursor.SkipPast("ino:"u8) ? cursor.ReadHex() : 0;
        ulong device = cursor.SkipPast("sdev:"u8) ? cursor.ReadHex() : 0;
        return new EpollTarget(descriptor, events, data, inode, device);
    }

    // inotify wd:1 ino:3d0a1 sdev:fe00000 mask:8 ignored_mask:0 fhandle-bytes:8 …
    private static InotifyWatch ReadWatch(ByteCursor cursor)
    {
        int watch = cursor.SkipPast("wd:"u8) ? (int)cursor.ReadHex() : 0;
        ulong inode = cursor.SkipPast("ino:"u8) ? cursor.ReadHex() : 0;
        ulong device = cursor.SkipPast("sdev:"u8) ? cursor.ReadHex() : 0;
        uint mask = cursor.SkipPast("mask:"u8) ? (uint)cursor.ReadHex() : 0;
        int type = cursor.SkipPast("fhandle-type:"u8) ? (int)cursor.ReadHex() : 0;
        string handle = cursor.SkipPast("f_handle:"u8) ? KernelText.Decode(cursor.ReadWord()) : "";
        return new InotifyWatch(watch, inode, device, mask, handle, type);
    }

    // lock:	1: POSIX  ADVISORY  WRITE 4711 fe:00:3980 0 EOF
    private static FileLock ReadLock(ByteCursor cursor)
    {
        cursor.SkipPast(": "u8);
        ReadOnlySpan<byte> word = cursor.ReadWord();
        FileLockKind kind =
            word.SequenceEqual("FLOCK"u8) ? FileLockKind.Flock :
            word.SequenceEqual("POSIX"u8) ? FileLockKind.Posix :
            word.SequenceEqual("OFDLCK"u8) ? FileLockKind.OpenFileDescription :
            word.SequenceEqual("LEASE"u8) ? FileLockKind.Lease :
            FileLockKind.Unknown;

        // LEASE  ACTIVE, or BREAKING: somebody waits for its end.
        kind = cursor.ReadWord().SequenceEqual("BREAKING"u8) ? FileLockKind.Unknown : kind;
        bool write = cursor.ReadWord().SequenceEqual("WRITE"u8);
        int owner = (int)cursor.ReadDecimal();
        cursor.ReadWord();
        long start = cursor.ReadDecimal();
        cursor.SkipBlanks();
        long? end = cursor.TryReadDecimal(out long last) ? last : null;
        return new FileLock(kind, write, owner, start, end);
    }

    // (seconds, nanoseconds)
    private static ulong ReadTime(ByteCursor cursor)
    {
        cursor.SkipPast("("u8);
        ulong seconds = cursor.ReadUnsigned();
        cursor.SkipPast(","u8);
        return seconds * 1_000_000_000 + cursor.ReadUnsigned();
    }

    private static ReadOnlySpan<byte> Name(Span<byte> buffer, ReadOnlySpan<byte> folder, int descriptor)
    {
        folder.CopyTo(buffer);
        System.Buffers.Text.Utf8Formatter.TryFormat(descriptor, buffer[folder.Length..], out int written);
        return buffer[..(folder.Length + written)];
    }
}
