namespace Yadokari.Linux.Proc;

/// <summary>What /proc/stat (proc_stat(5)) says of the whole machine, also inside containers.</summary>
/// <param name="BusyTicks">Processor time used by anyone since boot, all processors together, clock ticks of 1/100 s.</param>
/// <param name="Running">Threads that run or wait for a processor; the reader is one of them.</param>
public sealed record ProcMachine(ulong BusyTicks, int Running)
{
    /// <exception cref="IOException">/proc is not mounted, or is of another form.</exception>
    public static ProcMachine Read() => Parse(File.ReadAllText("/proc/stat"));

    /// <exception cref="IOException">The line of all processors or that of running threads is missing.</exception>
    public static ProcMachine Parse(ReadOnlySpan<char> text)
    {
        ulong? busy = null;
        int? running = null;
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            if (line.StartsWith("cpu ", StringComparison.Ordinal))
            {
                busy = SumBusy(line[4..]);
            }
            else if (line.StartsWith("procs_running ", StringComparison.Ordinal))
            {
                running = int.Parse(line["procs_running ".Length..], System.Globalization.CultureInfo.InvariantCulture);
            }
        }
        return busy is { } ticks && running is { } threads ? new ProcMachine(ticks, threads) : throw new IOException("/proc/stat is not as expected");
    }

    /// <summary>user nice system idle iowait irq softirq steal guest guest_nice; guest time is part of user time.</summary>
    private static ulong SumBusy(ReadOnlySpan<char> fields)
    {
        const int idle = 3;
        const int waiting = 4;
        const int stolen = 7;
        ulong sum = 0;
        int at = 0;
        foreach (Range range in fields.Split(' '))
        {
            if (fields[range].IsEmpty)
            {
                continue;
            }
            if (at is not (idle or waiting) && at < stolen)
            {
                sum += ulong.Parse(fields[range], System.Globalization.CultureInfo.InvariantCulture);
            }
            at++;
        }
        return sum;
    }
}
