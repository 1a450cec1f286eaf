using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Descriptors;

/// <summary>What stat(2) tells of a file.</summary>
/// <param name="Device">st_dev, in the C library's encoding.</param>
/// <param name="Inode">st_ino.</param>
/// <param name="Mode">File type and permission bits.</param>
/// <param name="Links">Number of names.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
/// <param name="RawDevice">st_rdev of a device file, else 0.</param>
/// <param name="Size">Bytes.</param>
/// <param name="AccessedNanoseconds">st_atim, nanoseconds since 1970.</param>
/// <param name="ModifiedNanoseconds">st_mtim, nanoseconds since 1970.</param>
/// <param name="AllocatedBytes">What it takes on disk or in memory: less than <paramref name="Size"/> where it has holes (st_blocks).</param>
public readonly record struct FileStatus(
    ulong Device, ulong Inode, uint Mode, ulong Links, uint Uid, uint Gid, ulong RawDevice, long Size, long AccessedNanoseconds,
    long ModifiedNanoseconds, long AllocatedBytes)
{
    private const int BlockSize = 512;
    private const int StructSize = 144;
    private const uint TypeMask = 0xF000;

    public bool IsFifo => (Mode & TypeMask) == 0x1000;

    public bool IsCharacterDevice => (Mode & TypeMask) == 0x2000;

    public bool IsDirectory => (Mode & TypeMask) == 0x4000;

    public bool IsBlockDevice => (Mode & TypeMask) == 0x6000;

    public bool IsRegular => (Mode & TypeMask) == 0x8000;

    public bool IsSymbolicLink => (Mode & TypeMask) == 0xA000;

    public bool IsSocket => (Mode & TypeMask) == 0xC000;

    /// <summary>Permission bits with set-id and sticky bits.</summary>
    public uint Permissions => Mode & 0xFFF;

    /// <summary>Major number of <see cref="RawDevice"/> (makedev(3)).</summary>
    public uint RawMajor => Major(RawDevice);

    /// <summary>Minor number of <see cref="RawDevice"/>.</summary>
    public uint RawMinor => Minor(RawDevice);

    /// <summary>Major number of <see cref="Device"/>, as /proc/PID/maps shows it.</summary>
    public uint DeviceMajor => Major(Device);

    /// <summary>Minor number of <see cref="Device"/>.</summary>
    public uint DeviceMinor => Minor(Device);

    /// <summary>The same file on the same host.</summary>
    public bool IsSameFile(FileStatus other) => Device == other.Device && Inode == other.Inode;

    /// <summary>The status of an open file.</summary>
    /// <exception cref="SystemCallException">Not an open descriptor.</exception>
    public static unsafe FileStatus Of(SafeFileHandle file)
    {
        Span<byte> data = stackalloc byte[StructSize];
        byte empty = 0;
        fixed (byte* start = data)
        {
            LinuxCall.Check("fstat", null, SystemCall.Newfstatat, (nint)file.DangerousGetHandle(), (nint)(&empty), (nint)start, AT_EMPTY_PATH);
        }

        GC.KeepAlive(file);
        return Parse(data);
    }

    /// <summary>The status of what a path leads to.</summary>
    /// <param name="path">Absolute or relative to the caller.</param>
    /// <param name="followLink">False: of a symbolic link itself.</param>
    /// <returns>Null when it leads nowhere (also when a part of it is no directory or a process is gone).</returns>
    /// <exception cref="SystemCallException">Not permitted to search a directory, or another error.</exception>
    public static unsafe FileStatus? AtPath(string path, bool followLink = true)
    {
        const int notDirectory = 20, loop = 40, nameTooLong = 36;
        Span<byte> data = stackalloc byte[StructSize];
        byte[] name = KernelText.EncodeTerminated(path);
        long result;
        fixed (byte* start = data)
        fixed (byte* pathStart = name)
        {
            result = LinuxCall.Invoke(SystemCall.Newfstatat, AT_FDCWD, (nint)pathStart, (nint)start, followLink ? 0 : AT_SYMLINK_NOFOLLOW);
        }

        return result switch
        {
            -Errno.ENOENT or -Errno.ESRCH or -notDirectory or -loop or -nameTooLong => null,
            < 0 => throw new SystemCallException("stat", (int)-result, path),
            _ => Parse(data),
        };
    }

    // struct stat of x86-64 (arch/x86/include/uapi/asm/stat.h).
    private static FileStatus Parse(ReadOnlySpan<byte> data) => new(
        Device: BinaryPrimitives.ReadUInt64LittleEndian(data),
        Inode: BinaryPrimitives.ReadUInt64LittleEndian(data[8..]),
        Links: BinaryPrimitives.ReadUInt64LittleEndian(data[16..]),
        Mode: BinaryPrimitives.ReadUInt32LittleEndian(data[24..]),
        Uid: BinaryPrimitives.ReadUInt32LittleEndian(data[28..]),
        Gid: BinaryPrimitives.ReadUInt32LittleEndian(data[32..]),
        RawDevice: BinaryPrimitives.ReadUInt64LittleEndian(data[40..]),
        Size: BinaryPrimitives.ReadInt64LittleEndian(data[48..]),
        AccessedNanoseconds: BinaryPrimitives.ReadInt64LittleEndian(data[72..]) * 1_000_000_000
            + BinaryPrimitives.ReadInt64LittleEndian(data[80..]),
        ModifiedNanoseconds: BinaryPrimitives.ReadInt64LittleEndian(data[88..]) * 1_000_000_000
            + BinaryPrimitives.ReadInt64LittleEndian(data[96..]),
        AllocatedBytes: BinaryPrimitives.ReadInt64LittleEndian(data[64..]) * BlockSize);

    /// <summary>Of a device number in the C library's encoding (makedev(3)).</summary>
    public static uint Major(ulong device) => (uint)((device >> 8 & 0xFFF) | (device >> 32 & 0xFFFFF000));

    /// <inheritdoc cref="Major"/>
    public static uint Minor(ulong device) => (uint)((device & 0xFF) | (device >> 12 & 0xFFFFFF00));
}
