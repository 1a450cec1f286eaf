using System.Text;

namespace Yadokari.Linux.Proc;

/// <summary>Reads /proc/PID/maps and smaps (proc_pid_maps(5), proc_pid_smaps(5)).</summary>
public static class ProcMaps
{
    /// <summary>Every VMA with its VmFlags, by ascending address. The kernel walks every page table for this:
    /// about 10 µs and more a VMA.</summary>
    /// <returns>Null when the process is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static IReadOnlyList<Vma>? ReadSmaps(int pid) => Read(pid, "smaps"u8);

    /// <summary>Every VMA without flags, by ascending address.</summary>
    /// <returns>Null when the process is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static IReadOnlyList<Vma>? ReadMaps(int pid) => Read(pid, "maps"u8);

    /// <summary>Parses the text of a maps or smaps file.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static IReadOnlyList<Vma> Parse(ReadOnlySpan<byte> text)
    {
        List<Vma> areas = new(64);
        ByteCursor lines = new(text);
        ReadOnlySpan<byte> lastNameBytes = default;
        string lastName = "";
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (line.IsEmpty)
            {
                continue;
            }

            // The attributes of smaps begin with a capital letter, a VMA's own line with a hexadecimal digit.
            if (line[0] is >= (byte)'A' and <= (byte)'Z')
            {
                if (line.StartsWith("VmFlags:"u8) && areas.Count > 0)
                {
                    areas[^1] = areas[^1] with { Flags = ParseFlags(line["VmFlags:".Length..]) };
                }

                continue;
            }

            areas.Add(ParseArea(line, ref lastNameBytes, ref lastName));
        }

        return areas;
    }

    private static List<Vma>? Read(int pid, ReadOnlySpan<byte> name)
    {
        using ProcFile? file = ProcFile.Read(pid, name);
        return file is null ? null : (List<Vma>)Parse(file.Bytes);
    }

    // 7f1c2a000000-7f1c2a021000 rw-p 00000000 00:00 0    [name]
    private static Vma ParseArea(ReadOnlySpan<byte> line, ref ReadOnlySpan<byte> lastNameBytes, ref string lastName)
    {
        ByteCursor cursor = new(line);
        ulong start = cursor.ReadHex();
        bool sound = cursor.Skip("-"u8);
        ulong end = cursor.ReadHex();
        ReadOnlySpan<byte> permissions = cursor.ReadWord();
        if (!sound || permissions.Length != 4 || end <= start)
        {
            throw new FormatException($"not a line of /proc/PID/maps: {Encoding.UTF8.GetString(line)}");
        }

        ulong offset = cursor.ReadHex();
        uint major = (uint)cursor.ReadHex();
        cursor.Skip(":"u8);
        uint minor = (uint)cursor.ReadHex();
        ulong inode = cursor.ReadUnsigned();
        cursor.SkipBlanks();
        if (!cursor.Rest.SequenceEqual(lastNameBytes))
        {
            lastNameBytes = cursor.Rest;
            lastName = DecodeName(lastNameBytes);
        }

        VmaProtection protection = VmaProtection.None;
        protection |= permissions[0] == (byte)'r' ? VmaProtection.Read : 0;
        protection |= permissions[1] == (byte)'w' ? VmaProtection.Write : 0;
        protection |= permissions[2] == (byte)'x' ? VmaProtection.Execute : 0;
        return new Vma(new RemoteAddress(start), new RemoteAddress(end), protection, permissions[3] == (byte)'s',
            offset, major, minor, inode, lastName, VmaFlags.None);
    }

    // Only the line feed is escaped in this file (seq_path with "\n", fs/proc/task_mmu.c); a backslash is itself.
    private static string DecodeName(ReadOnlySpan<byte> name)
    {
        string text = Encoding.UTF8.GetString(name);
        return text.Contains('\\') ? text.Replace("\\012", "\n", StringComparison.Ordinal) : text;
    }

    private static VmaFlags ParseFlags(ReadOnlySpan<byte> text)
    {
        VmaFlags flags = VmaFlags.None;
        ByteCursor cursor = new(text);
        while (true)
        {
            ReadOnlySpan<byte> word = cursor.ReadWord();
            if (word.IsEmpty)
            {
                return flags;
            }

            if (word.Length == 2)
            {
                flags |= (word[0] << 8 | word[1]) switch
                {
                    'g' << 8 | 'd' => VmaFlags.GrowsDown,
                    'l' << 8 | 'o' => VmaFlags.Locked,
                    's' << 8 | 'r' => VmaFlags.SequentialRead,
                    'r' << 8 | 'r' => VmaFlags.RandomRead,
                    'd' << 8 | 'c' => VmaFlags.DontFork,
                    'n' << 8 | 'r' => VmaFlags.NoReserve,
                    'd' << 8 | 'd' => VmaFlags.DontDump,
                    'h' << 8 | 'g' => VmaFlags.HugePage,
                    'n' << 8 | 'h' => VmaFlags.NoHugePage,
                    'm' << 8 | 'g' => VmaFlags.Mergeable,
                    'w' << 8 | 'f' => VmaFlags.WipeOnFork,
                    'h' << 8 | 't' => VmaFlags.HugeTlb,
                    'i' << 8 | 'o' => VmaFlags.Io,
                    'p' << 8 | 'f' => VmaFlags.PageFrames,
                    'u' << 8 | 'm' or 'u' << 8 | 'w' or 'u' << 8 | 'i' => VmaFlags.UserFault,
                    's' << 8 | 's' => VmaFlags.ShadowStack,
                    's' << 8 | 'l' => VmaFlags.Sealed,
                    'a' << 8 | 'c' => VmaFlags.Accounted,
                    'm' << 8 | 'w' => VmaFlags.MayWrite,
                    _ => VmaFlags.None,
                };
            }
        }
    }
}
