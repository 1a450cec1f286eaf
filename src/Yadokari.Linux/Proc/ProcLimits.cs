namespace Yadokari.Linux.Proc;

/// <summary>Reads /proc/PID/limits (proc_pid_limits(5)).</summary>
public static class ProcLimits
{
    // Columns of fs/proc/base.c: "%-25s %-20s %-20s %-10s\n".
    private const int SoftColumn = 26;
    private const int HardColumn = 47;

    /// <summary>Every limit, by ascending RLIMIT number.</summary>
    /// <returns>Null when the process is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static IReadOnlyList<ResourceLimit>? Read(int pid)
    {
        using ProcFile? file = ProcFile.Read(pid, "limits"u8);
        return file is null ? null : Parse(file.Bytes);
    }

    /// <summary>Parses the text of a limits file. The kernel prints the limits in the order of their numbers.</summary>
    public static IReadOnlyList<ResourceLimit> Parse(ReadOnlySpan<byte> text)
    {
        List<ResourceLimit> limits = new(16);
        ByteCursor lines = new(text);
        lines.TryReadLine(out _);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (line.Length > HardColumn)
            {
                limits.Add(new ResourceLimit(limits.Count, ParseValue(line[SoftColumn..]), ParseValue(line[HardColumn..])));
            }
        }

        return limits;
    }

    private static ulong ParseValue(ReadOnlySpan<byte> text) =>
        text.StartsWith("unlimited"u8) ? ResourceLimit.Unlimited : new ByteCursor(text).ReadUnsigned();
}
