namespace Yadokari.Linux.Proc;

/// <summary>The facts of /proc/PID/status (proc_pid_status(5)) of a process or of one thread.</summary>
public sealed record ProcStatus
{
    /// <summary>comm, at most 15 bytes; the kernel's escapes for line feed and backslash are undone.</summary>
    public required string Name { get; init; }

    /// <summary>R, S, D, T, t, Z, X or I.</summary>
    public required char State { get; init; }

    /// <summary>Thread group id, in the reader's pid namespace.</summary>
    public required int Tgid { get; init; }

    /// <summary>Thread id, in the reader's pid namespace.</summary>
    public required int Pid { get; init; }

    /// <summary>Parent; 0 when it is outside the reader's pid namespace.</summary>
    public required int PPid { get; init; }

    /// <summary>The tracing process, 0 when there is none.</summary>
    public required int TracerPid { get; init; }

    /// <summary>Real, effective, saved and file system user id, in the reader's user namespace.</summary>
    public required IReadOnlyList<uint> Uids { get; init; }

    /// <summary>Real, effective, saved and file system group id.</summary>
    public required IReadOnlyList<uint> Gids { get; init; }

    /// <summary>Supplementary groups.</summary>
    public required IReadOnlyList<uint> Groups { get; init; }

    /// <summary>The thread id in each nested pid namespace, the reader's first, its own last.</summary>
    public required IReadOnlyList<int> NsPid { get; init; }

    /// <summary>Its process group as each pid namespace calls it, as <see cref="NsPid"/>; 0: none of that namespace.</summary>
    public IReadOnlyList<int> NsGroup { get; init; } = [];

    /// <summary>Its session in the same way.</summary>
    public IReadOnlyList<int> NsSession { get; init; } = [];

    /// <summary>File mode creation mask; −1 when the kernel does not tell (a zombie).</summary>
    public required int Umask { get; init; }

    /// <summary>Number of threads of the process.</summary>
    public required int Threads { get; init; }

    /// <summary>Signals queued for the real user.</summary>
    public required int SignalsQueued { get; init; }

    /// <summary>Most signals that may be queued for the real user.</summary>
    public required int SignalQueueLimit { get; init; }

    /// <summary>Signals pending for the thread; bit n−1 is signal n, as in every mask here.</summary>
    public required ulong ThreadPending { get; init; }

    /// <summary>Signals pending for the process.</summary>
    public required ulong SharedPending { get; init; }

    public required ulong Blocked { get; init; }

    public required ulong Ignored { get; init; }

    public required ulong Caught { get; init; }

    public required ulong CapInheritable { get; init; }

    public required ulong CapPermitted { get; init; }

    public required ulong CapEffective { get; init; }

    public required ulong CapBounding { get; init; }

    public required ulong CapAmbient { get; init; }

    public required bool NoNewPrivileges { get; init; }

    /// <summary>0 none, 1 strict, 2 filter.</summary>
    public required int Seccomp { get; init; }

    /// <summary>A thread of the kernel itself.</summary>
    public required bool KernelThread { get; init; }

    /// <summary>Resident memory in bytes; 0 for a zombie and for a kernel thread.</summary>
    public required long ResidentBytes { get; init; }

    /// <summary>Reads the status of a process (of its main thread).</summary>
    /// <returns>Null when it is gone.</returns>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static ProcStatus? Read(int pid)
    {
        using ProcFile? file = ProcFile.ReadOfItself(pid, "status"u8);
        return file is null ? null : Parse(file.Bytes);
    }

    /// <summary>Reads the status of one thread of a process.</summary>
    /// <returns>Null when it is gone.</returns>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static ProcStatus? ReadThread(int pid, int tid)
    {
        using ProcFile? file = ProcFile.ReadThread(pid, tid, "status"u8);
        return file is null ? null : Parse(file.Bytes);
    }

    /// <summary>Parses the text of a status file; fields that are missing are zero or empty.</summary>
    public static ProcStatus Parse(ReadOnlySpan<byte> text)
    {
        string name = "";
        char state = '?';
        int tgid = 0, pid = 0, ppid = 0, tracer = 0, umask = -1, threads = 0, queued = 0, queueLimit = 0, seccomp = 0;
        uint[] uids = [], gids = [], groups = [];
        int[] nsPids = [];
        int[] nsGroups = [];
        int[] nsSessions = [];
        ulong pending = 0, shared = 0, blocked = 0, ignored = 0, caught = 0;
        ulong inheritable = 0, permitted = 0, effective = 0, bounding = 0, ambient = 0;
        bool noNewPrivileges = false, kernelThread = false;
        long resident = 0;

        ByteCursor lines = new(text);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            int colon = line.IndexOf((byte)':');
            if (colon < 0)
            {
                continue;
            }

            ReadOnlySpan<byte> key = line[..colon];
            ByteCursor value = new(line[(colon + 1)..]);
            if (key.SequenceEqual("Name"u8))
            {
                name = DecodeName(value.Rest);
            }
            else if (key.SequenceEqual("State"u8))
            {
                ReadOnlySpan<byte> word = value.ReadWord();
                state = word.IsEmpty ? '?' : (char)word[0];
            }
            else if (key.SequenceEqual("Umask"u8))
            {
                umask = (int)value.ReadOctal();
            }
            else if (key.SequenceEqual("Tgid"u8))
            {
                tgid = (int)value.ReadDecimal();
            }
            else if (key.SequenceEqual("Pid"u8))
            {
                pid = (int)value.ReadDecimal();
            }
            else if (key.SequenceEqual("PPid"u8))
            {
                ppid = (int)value.ReadDecimal();
            }
            else if (key.SequenceEqual("TracerPid"u8))
            {
                tracer = (int)value.ReadDecimal();
            }
            else if (key.SequenceEqual("Uid"u8))
            {
                uids = ReadIds(value);
            }
            else if (key.SequenceEqual("Gid"u8))
            {
                gids = ReadIds(value);
            }
            else if (key.SequenceEqual("Groups"u8))
            {
                groups = ReadIds(value);
            }
            else if (key.SequenceEqual("NSpid"u8))
            {
                nsPids = Array.ConvertAll(ReadIds(value), id => (int)id);
            }
            else if (key.SequenceEqual("NSpgid"u8))
            {
                nsGroups = Array.ConvertAll(ReadIds(value), id => (int)id);
            }
            else if (key.SequenceEqual("NSsid"u8))
            {
                nsSessions = Array.ConvertAll(ReadIds(value), id => (int)id);
            }
            else if (key.SequenceEqual("Kthread"u8))
            {
                kernelThread = value.ReadDecimal() != 0;
            }
            else if (key.SequenceEqual("VmRSS"u8))
            {
                resident = value.ReadDecimal() * 1024;
            }
            else if (key.SequenceEqual("Threads"u8))
            {
                threads = (int)value.ReadDecimal();
            }
            else if (key.SequenceEqual("SigQ"u8))
            {
                queued = (int)value.ReadDecimal();
                value.Skip("/"u8);
                queueLimit = (int)value.ReadDecimal();
            }
            else if (key.SequenceEqual("SigPnd"u8))
            {
                pending = value.ReadHex();
            }
            else if (key.SequenceEqual("ShdPnd"u8))
            {
                shared = value.ReadHex();
            }
            else if (key.SequenceEqual("SigBlk"u8))
            {
                blocked = value.ReadHex();
            }
            else if (key.SequenceEqual("SigIgn"u8))
            {
                ignored = value.ReadHex();
            }
            else if (key.SequenceEqual("SigCgt"u8))
            {
                caught = value.ReadHex();
            }
            else if (key.SequenceEqual("CapInh"u8))
            {
                inheritable = value.ReadHex();
            }
            else if (key.SequenceEqual("CapPrm"u8))
            {
                permitted = value.ReadHex();
            }
            else if (key.SequenceEqual("CapEff"u8))
            {
                effective = value.ReadHex();
            }
            else if (key.SequenceEqual("CapBnd"u8))
            {
                bounding = value.ReadHex();
            }
            else if (key.SequenceEqual("CapAmb"u8))
            {
                ambient = value.ReadHex();
            }
            else if (key.SequenceEqual("NoNewPrivs"u8))
            {
                noNewPrivileges = value.ReadDecimal() != 0;
            }
            else if (key.SequenceEqual("Seccomp"u8))
            {
                seccomp = (int)value.ReadDecimal();
            }
        }

        return new ProcStatus
        {
            Name = name,
            State = state,
            Tgid = tgid,
            Pid = pid,
            PPid = ppid,
            TracerPid = tracer,
            Uids = uids,
            Gids = gids,
            Groups = groups,
            NsPid = nsPids,
            NsGroup = nsGroups,
            NsSession = nsSessions,
            Umask = umask,
            Threads = threads,
            SignalsQueued = queued,
            SignalQueueLimit = queueLimit,
            ThreadPending = pending,
            SharedPending = shared,
            Blocked = blocked,
            Ignored = ignored,
            Caught = caught,
            CapInheritable = inheritable,
            CapPermitted = permitted,
            CapEffective = effective,
            CapBounding = bounding,
            CapAmbient = ambient,
            NoNewPrivileges = noNewPrivileges,
            Seccomp = seccomp,
            KernelThread = kernelThread,
            ResidentBytes = resident,
        };
    }

    // Here a line feed and a backslash are escaped (proc_task_name with ESCAPE_SPACE | ESCAPE_SPECIAL "\n\\").
    private static string DecodeName(ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> escaped = value.IsEmpty ? value : value[1..];
        if (!escaped.Contains((byte)'\\'))
        {
            return KernelText.Decode(escaped);
        }

        Span<byte> name = stackalloc byte[escaped.Length];
        int length = 0;
        for (int at = 0; at < escaped.Length; at++)
        {
            bool escape = escaped[at] == (byte)'\\' && at + 1 < escaped.Length;
            byte next = escape ? escaped[++at] : escaped[at];
            name[length++] = escape && next == (byte)'n' ? (byte)'\n' : next;
        }

        return KernelText.Decode(name[..length]);
    }

    private static uint[] ReadIds(ByteCursor value)
    {
        List<uint> ids = [];
        while (value.TryReadDecimal(out long id))
        {
            ids.Add((uint)id);
        }

        return [.. ids];
    }
}
