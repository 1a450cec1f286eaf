namespace Yadokari.Linux.Proc;

/// <summary>Where the kernel believes program, heap, arguments and environment to be (fields 26–28 and 45–51 of
/// proc_pid_stat(5)); what PR_SET_MM_MAP sets.</summary>
public sealed record ProcMemoryLayout(
    ulong StartCode,
    ulong EndCode,
    ulong StartStack,
    ulong StartData,
    ulong EndData,
    ulong StartBrk,
    ulong ArgumentsStart,
    ulong ArgumentsEnd,
    ulong EnvironmentStart,
    ulong EnvironmentEnd)
{
    /// <summary>Null when the process is gone.</summary>
    public static ProcMemoryLayout? Read(int pid)
    {
        using ProcFile? file = ProcFile.ReadOfItself(ProcTasks.Witness(pid), "stat"u8);
        if (file is null)
        {
            return null;
        }

        ByteCursor cursor = new(file.Bytes[(file.Bytes.LastIndexOf((byte)')') + 1)..]);
        ulong[] fields = new ulong[52];
        cursor.ReadWord();
        for (int field = 4; field <= 51; field++)
        {
            ReadOnlySpan<byte> word = cursor.ReadWord();
            ulong value = 0;
            foreach (byte digit in word)
            {
                value = digit == '-' ? 0 : (value * 10) + (ulong)(digit - '0');
            }

            fields[field] = value;
        }

        return new ProcMemoryLayout(
            fields[26], fields[27], fields[28], fields[45], fields[46], fields[47], fields[48], fields[49], fields[50], fields[51]);
    }
}
