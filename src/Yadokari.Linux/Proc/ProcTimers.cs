namespace Yadokari.Linux.Proc;

/// <summary>Reads /proc/PID/timers (proc_pid_timers(5)).</summary>
public static class ProcTimers
{
    /// <summary>Every POSIX timer of a process.</summary>
    /// <returns>Null when the process is gone, or the kernel has no such file.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static IReadOnlyList<PosixTimer>? Read(int pid)
    {
        using ProcFile? file = ProcFile.Read(pid, "timers"u8);
        return file is null ? null : Parse(file.Bytes);
    }

    /// <summary>Parses the text of a timers file.</summary>
    public static IReadOnlyList<PosixTimer> Parse(ReadOnlySpan<byte> text)
    {
        List<PosixTimer> timers = [];
        ByteCursor lines = new(text);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            ByteCursor cursor = new(line);
            if (cursor.Skip("ID:"u8))
            {
                timers.Add(default(PosixTimer) with { Id = (int)cursor.ReadDecimal() });
            }
            else if (timers.Count == 0)
            {
                continue;
            }
            else if (cursor.Skip("signal:"u8))
            {
                int signal = (int)cursor.ReadDecimal();
                cursor.Skip("/"u8);
                cursor.Skip("0x"u8);
                timers[^1] = timers[^1] with { Signal = signal, Value = cursor.ReadHex() };
            }
            else if (cursor.Skip("notify:"u8))
            {
                // notify: signal/tid.4711
                cursor.SkipBlanks();
                int notify = cursor.Rest.StartsWith("none"u8) ? 1 : cursor.Rest.StartsWith("thread"u8) ? 2 : 0;
                cursor.SkipPast("/"u8);
                bool toThread = cursor.Rest.StartsWith("tid"u8);
                cursor.SkipPast("."u8);
                timers[^1] = timers[^1] with { Notify = notify, ToThread = toThread, Target = (int)cursor.ReadDecimal() };
            }
            else if (cursor.Skip("ClockID:"u8))
            {
                timers[^1] = timers[^1] with { ClockId = (int)cursor.ReadDecimal() };
            }
        }

        return timers;
    }
}
