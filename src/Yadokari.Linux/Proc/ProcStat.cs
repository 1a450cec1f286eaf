using System.Text;

namespace Yadokari.Linux.Proc;

/// <summary>The facts of /proc/PID/stat (proc_pid_stat(5)) that a capture needs.</summary>
/// <param name="Pid">Process or thread id.</param>
/// <param name="Name">comm; may hold any byte, also blanks and parentheses.</param>
/// <param name="State">R, S, D, T, t, Z, X or I.</param>
/// <param name="PPid">Parent.</param>
/// <param name="ProcessGroup">Process group; 0 when it is outside the reader's pid namespace.</param>
/// <param name="Session">Session; 0 when it is outside the reader's pid namespace.</param>
/// <param name="TerminalDevice">tty_nr: device number of the controlling terminal, 0 for none.</param>
/// <param name="TerminalGroup">tpgid: foreground process group of the terminal, −1 for none.</param>
/// <param name="KernelFlags">PF_* flags (include/linux/sched.h).</param>
/// <param name="Nice">−20 … 19.</param>
/// <param name="Threads">Number of threads.</param>
/// <param name="StartTicks">Start time in clock ticks (1/100 s) after boot.</param>
/// <param name="ExitSignal">Signal sent to the parent at the end.</param>
/// <param name="Processor">CPU it ran on last.</param>
/// <param name="RealTimePriority">1 … 99 for a real-time policy, else 0.</param>
/// <param name="Policy">SCHED_* number.</param>
/// <param name="UserTicks">CPU time in user mode, clock ticks.</param>
/// <param name="SystemTicks">CPU time in the kernel, clock ticks.</param>
/// <param name="ReapedTicks">CPU time of its children that have ended and were waited for, and of theirs, clock ticks.</param>
public sealed record ProcStat(
    int Pid,
    string Name,
    char State,
    int PPid,
    int ProcessGroup,
    int Session,
    int TerminalDevice,
    int TerminalGroup,
    uint KernelFlags,
    int Nice,
    int Threads,
    ulong StartTicks,
    int ExitSignal,
    int Processor,
    uint RealTimePriority,
    uint Policy,
    ulong UserTicks,
    ulong SystemTicks,
    ulong ReapedTicks)
{
    private const uint Exiting = 4; // PF_EXITING

    /// <summary>Reads the stat of a process.</summary>
    /// <returns>Null when it is gone.</returns>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static ProcStat? Read(int pid)
    {
        using ProcFile? file = ProcFile.ReadOfItself(pid, "stat"u8);
        return file is null ? null : Parse(file.Bytes);
    }

    /// <summary>It is over: it waits to be reaped, or is just gone. One whose main thread has ended while others run is not.</summary>
    public bool HasEnded => State == 'X' || (State == 'Z' && Threads <= 1);

    /// <summary>It is over or about to be: its memory may be gone already, and all that /proc has of it belongs to root then.</summary>
    public bool IsEnding => HasEnded || ((KernelFlags & Exiting) != 0 && Threads <= 1);

    /// <summary>Of a process by its number: there is none any more, or <see cref="IsEnding"/>.</summary>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static bool IsEndingOrGone(int pid) => Read(pid) is null or { IsEnding: true };

    /// <summary>Its main thread has ended, and others run on.</summary>
    public bool MainThreadEnded => State == 'Z' && Threads > 1;

    /// <summary>The wait(2) status of a zombie (field 52, exit_code), for whoever may trace it.</summary>
    /// <param name="startTicks">Its start time, so that no other process with its number is asked.</param>
    /// <returns>Null when it is no zombie. Of a process whose main thread has ended, that of this thread.</returns>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static int? ReadExit(int pid, ulong startTicks)
    {
        using ProcFile? file = ProcFile.ReadOfItself(pid, "stat"u8);
        if (file is null || Parse(file.Bytes) is not { State: 'Z' } stat || stat.StartTicks != startTicks)
        {
            return null;
        }

        string last = Encoding.ASCII.GetString(file.Bytes).TrimEnd().Split(' ')[^1];
        return int.Parse(last, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Reads the stat of one thread of a process.</summary>
    /// <returns>Null when it is gone.</returns>
    /// <exception cref="SystemCallException">An unusual error.</exception>
    public static ProcStat? ReadThread(int pid, int tid)
    {
        using ProcFile? file = ProcFile.ReadThread(pid, tid, "stat"u8);
        return file is null ? null : Parse(file.Bytes);
    }

    /// <summary>Parses the text of a stat file.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ProcStat Parse(ReadOnlySpan<byte> text)
    {
        // comm may contain ") ": only the last closing parenthesis ends it, as everything behind is numbers.
        int open = text.IndexOf((byte)'(');
        int close = text.LastIndexOf((byte)')');
        if (open < 0 || close < open)
        {
            throw new FormatException("not the text of /proc/PID/stat");
        }

        ByteCursor before = new(text);
        int pid = (int)before.ReadDecimal();
        string name = KernelText.Decode(text[(open + 1)..close]);
        ByteCursor cursor = new(text[(close + 1)..]);
        ReadOnlySpan<byte> state = cursor.ReadWord();

        // Fields 4 … 41, counted from 1 as in the manual page.
        Span<long> fields = stackalloc long[42];
        for (int field = 4; field <= 41; field++)
        {
            cursor.SkipBlanks();
            fields[field] = !cursor.IsEmpty && cursor.Rest[0] == (byte)'-' ? cursor.ReadDecimal() : (long)cursor.ReadUnsigned();
        }

        return new ProcStat(
            pid,
            name,
            state.IsEmpty ? '?' : (char)state[0],
            PPid: (int)fields[4],
            ProcessGroup: (int)fields[5],
            Session: (int)fields[6],
            TerminalDevice: (int)fields[7],
            TerminalGroup: (int)fields[8],
            KernelFlags: (uint)fields[9],
            Nice: (int)fields[19],
            Threads: (int)fields[20],
            StartTicks: (ulong)fields[22],
            ExitSignal: (int)fields[38],
            Processor: (int)fields[39],
            RealTimePriority: (uint)fields[40],
            Policy: (uint)fields[41],
            UserTicks: (ulong)fields[14],
            SystemTicks: (ulong)fields[15],
            ReapedTicks: (ulong)(fields[16] + fields[17]));
    }
}
