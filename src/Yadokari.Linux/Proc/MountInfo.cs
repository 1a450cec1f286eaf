namespace Yadokari.Linux.Proc;

/// <summary>One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)).</summary>
/// <param name="Id">Number of the mount, as fdinfo's mnt_id tells it.</param>
/// <param name="DeviceMajor">Of the file system, as /proc/PID/maps shows it: stat(2) tells another one on overlay and btrfs.</param>
/// <param name="DeviceMinor">Its minor number.</param>
/// <param name="Point">Where it is mounted, as the process sees it.</param>
/// <param name="Type">ext4, proc, overlay …</param>
public sealed record MountInfo(int Id, uint DeviceMajor, uint DeviceMinor, string Point, string Type)
{
    /// <summary>st_dev of the file system (makedev(3)).</summary>
    public ulong Device =>
        ((ulong)(DeviceMajor & 0xfff) << 8) | ((ulong)(DeviceMajor & ~0xfffu) << 32) | (DeviceMinor & 0xff) | ((ulong)(DeviceMinor & ~0xffu) << 12);

    /// <summary>The mounts of a process by number.</summary>
    /// <returns>Null when the process is gone.</returns>
    /// <exception cref="SystemCallException">Not permitted, or another error.</exception>
    public static IReadOnlyDictionary<int, MountInfo>? Read(int pid)
    {
        using ProcFile? file = ProcFile.Read(pid, "mountinfo"u8);
        return file is null ? null : Parse(file.Bytes);
    }

    /// <summary>Parses the text of a mountinfo file.</summary>
    public static IReadOnlyDictionary<int, MountInfo> Parse(ReadOnlySpan<byte> text)
    {
        Dictionary<int, MountInfo> mounts = [];
        ByteCursor lines = new(text);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            // 36 35 98:0 /root /mnt rw,noatime master:1 - ext4 /dev/root rw
            ByteCursor cursor = new(line);
            int id = (int)cursor.ReadDecimal();
            cursor.ReadDecimal();
            uint major = (uint)cursor.ReadUnsigned();
            cursor.Skip(":"u8);
            uint minor = (uint)cursor.ReadUnsigned();
            cursor.ReadWord();
            string point = KernelText.Decode(Unescape(cursor.ReadWord()));
            cursor.SkipPast(" - "u8);
            mounts[id] = new MountInfo(id, major, minor, point, KernelText.Decode(cursor.ReadWord()));
        }

        return mounts;
    }

    // Blank, tab, line feed and backslash are written as a backslash and three octal digits (mangle, fs/proc_namespace.c).
    private static byte[] Unescape(ReadOnlySpan<byte> word)
    {
        byte[] plain = new byte[word.Length];
        int length = 0;
        for (int at = 0; at < word.Length; at++)
        {
            if (word[at] == (byte)'\\' && at + 3 <= word.Length - 1)
            {
                plain[length++] = (byte)(((word[at + 1] - '0') << 6) | ((word[at + 2] - '0') << 3) | (word[at + 3] - '0'));
                at += 3;
            }
            else
            {
                plain[length++] = word[at];
            }
        }

        return plain[..length];
    }
}
