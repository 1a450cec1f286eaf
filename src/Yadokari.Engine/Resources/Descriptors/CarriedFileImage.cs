namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A file that no path leads to, or that its program takes along: its content travels inside the context file.</summary>
/// <param name="Id">Number that descriptions use.</param>
/// <param name="Kind">How it is made again.</param>
/// <param name="Name">Of a memory file its name, of a deleted file its former path, of one that travels its path.</param>
/// <param name="Device">On the old host, of its file system, as mappings tell it (stat(2) tells another one on overlay and btrfs):
/// with the inode, what mappings of the same file are found by.</param>
/// <param name="Inode">Inode on the old host, as mappings tell it.</param>
/// <param name="Size">Bytes, holes included.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Seals">F_SEAL_* bits; null: can't be sealed.</param>
public sealed record CarriedFileImage(int Id, CarriedFileKind Kind, string Name, ulong Device, ulong Inode, long Size, uint Mode, int? Seals)
{
    /// <summary>Whose it is; null: of whoever resumes.</summary>
    public FileOwnerImage? Owner { get; init; }

    /// <summary>st_atim, nanoseconds since 1970; 0: not known.</summary>
    public long AccessedNanoseconds { get; init; }

    /// <summary>st_mtim, nanoseconds since 1970; 0: not known.</summary>
    public long ModifiedNanoseconds { get; init; }
}
