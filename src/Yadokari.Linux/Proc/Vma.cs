namespace Yadokari.Linux.Proc;

/// <summary>One virtual memory area as /proc/PID/smaps tells it (proc_pid_smaps(5)).</summary>
/// <param name="Start">First byte; page aligned.</param>
/// <param name="End">One past the last byte; page aligned.</param>
/// <param name="Protection">PROT_READ|WRITE|EXEC.</param>
/// <param name="Shared">'s' in the permissions: MAP_SHARED.</param>
/// <param name="Offset">Bytes into the mapped file.</param>
/// <param name="DeviceMajor">Major number of the file's device; 0 for anonymous memory.</param>
/// <param name="DeviceMinor">Minor number of the file's device.</param>
/// <param name="Inode">The file's inode; 0 for anonymous memory.</param>
/// <param name="Name">Path or [name] with the kernel's octal escapes undone; empty for plain anonymous memory.
/// A removed file keeps the kernel's " (deleted)" suffix.</param>
/// <param name="Flags">VmFlags.</param>
public sealed record Vma(
    RemoteAddress Start,
    RemoteAddress End,
    VmaProtection Protection,
    bool Shared,
    ulong Offset,
    uint DeviceMajor,
    uint DeviceMinor,
    ulong Inode,
    string Name,
    VmaFlags Flags)
{
    /// <summary>What the kernel puts behind the former path of a removed file.</summary>
    public const string RemovedSuffix = " (deleted)";

    /// <summary>Names of VmFlags that are not known, a blank between them; empty: none.</summary>
    public string UnknownFlags { get; init; } = "";

    /// <summary>Memory protection key (pkeys(7)); 0: the default, or the processor has none.</summary>
    public int ProtectionKey { get; init; }

    /// <summary>Bytes of it in swap space; of shared memory, of the whole object.</summary>
    public ulong SwappedBytes { get; init; }

    /// <summary>Length in bytes.</summary>
    public ulong Length => End - Start;

    /// <summary>The file has no name any more, as far as <see cref="Name"/> tells: one may really end so.</summary>
    public bool Removed { get; init; } = Name.EndsWith(RemovedSuffix, StringComparison.Ordinal);

    /// <summary>Backed by a file of some kind (regular, memfd, shared memory). The first System V segment of a machine or a namespace
    /// has the number 0, and so has its inode.</summary>
    public bool IsFile => Inode != 0 || Name.StartsWith('/');
}
