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
                if (areas.Count > 0)
                {
                    areas[^1] = WithAttribute(areas[^1], line);
                }

                continue;
            }

            areas.Add(ParseArea(line, ref lastNameBytes, ref lastName));
        }

        return areas;
    }

    /// <summary>Tells the file behind each VMA that has one, without making anything of the rest.</summary>
    /// <param name="tell">Major and minor number of the device, and inode.</param>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static void ForEachFile(int pid, Action<(uint Major, uint Minor, ulong Inode)> tell)
    {
        using ProcFile? file = ProcFile.Read(pid, "maps"u8);
        if (file is null)
        {
            return;
        }

        ByteCursor lines = new(file.Bytes);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            ByteCursor cursor = new(line);
            cursor.ReadWord();
            cursor.ReadWord();
            cursor.ReadWord();
            uint major = (uint)cursor.ReadHex();
            cursor.Skip(":"u8);
            uint minor = (uint)cursor.ReadHex();
            if (cursor.ReadUnsigned() is not 0 and ulong inode)
            {
                tell((major, minor, inode));
            }
        }
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
            throw new FormatException($"not a line of /proc/PID/maps: {KernelText.Decode(line)}");
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
        string text = KernelText.Decode(name);
        return text.Contains('\\') ? text.Replace("\\012", "\n", StringComparison.Ordinal) : text;
    }

    private static Vma WithAttribute(Vma area, ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("VmFlags:"u8))
        {
            VmaFlags flags = ParseFlags(line["VmFlags:".Length..], out string unknown);
            return unknown.Length == 0 ? area with { Flags = flags } : area with { Flags = flags, UnknownFlags = unknown };
        }

        ByteCursor cursor = new(line);
        if (cursor.Skip("Swap:"u8))
        {
            cursor.SkipBlanks();
            ulong swapped = cursor.ReadUnsigned() * 1024;
            return swapped == 0 ? area : area with { SwappedBytes = swapped };
        }

        if (cursor.Skip("ProtectionKey:"u8))
        {
            cursor.SkipBlanks();
            ulong key = cursor.ReadUnsigned();
            return key == 0 ? area : area with { ProtectionKey = (int)key };
        }

        return area;
    }

    private static VmaFlags ParseFlags(ReadOnlySpan<byte> text, out string unknown)
    {
        VmaFlags flags = VmaFlags.None;
        unknown = "";
        ByteCursor cursor = new(text);
        while (true)
        {
            ReadOnlySpan<byte> word = cursor.ReadWord();
            if (word.IsEmpty)
            {
                return flags;
            }

            if (VmaFlagNames.Find(word) is { } flag)
            {
                flags |= flag;
            }
            else
            {
                string name = System.Text.Encoding.ASCII.GetString(word);
                unknown = unknown.Length == 0 ? name : $"{unknown} {name}";
            }
        }
    }
}
