namespace Yadokari.Linux.Proc;

/// <summary>Times of a process as it sees them itself, in its own time namespace (time_namespaces(7)).</summary>
public static class ProcClock
{
    private const long TicksPerSecond = 100;
    private const long NanosecondsPerTick = 1_000_000_000 / TicksPerSecond;

    /// <summary>Start time in clock ticks as the process itself reads it; one tick more or less.</summary>
    /// <returns>Null when it is gone.</returns>
    public static ulong? StartTicksInside(int pid)
    {
        try
        {
            return ProcStat.Read(pid) is { } stat ? stat.StartTicks + (ulong)(BootOffset(pid) - BootOffset(Environment.ProcessId)) : null;
        }
        catch (SystemCallException)
        {
            return null;
        }
    }

    /// <summary>When it started, by the wall clock of now.</summary>
    /// <returns>Null when it is gone.</returns>
    public static DateTimeOffset? StartTime(int pid) =>
        ProcStat.Read(pid) is { } stat ? DateTimeOffset.UtcNow - ProcMisc.Uptime() + TimeSpan.FromSeconds((double)stat.StartTicks / TicksPerSecond) : null;

    /// <summary>What its time namespace adds to CLOCK_BOOTTIME, in ticks.</summary>
    private static long BootOffset(int pid)
    {
        // Missing in a kernel without time namespaces.
        using ProcFile? file = ProcFile.Read(pid, "timens_offsets"u8);
        ByteCursor text = new(file is null ? default : file.Bytes);
        return text.SkipPast("boottime"u8) ? (text.ReadDecimal() * TicksPerSecond) + (text.ReadDecimal() / NanosecondsPerTick) : 0;
    }
}
