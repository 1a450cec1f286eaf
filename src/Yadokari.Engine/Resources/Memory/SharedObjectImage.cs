namespace Yadokari.Engine.Resources.Memory;

/// <summary>Memory that several mappings or descriptors share: a memfd, or what MAP_SHARED|MAP_ANONYMOUS made.
/// Comes back as a memfd.</summary>
public sealed record SharedObjectImage
{
    /// <summary>Device and inode in the source: by these its users find each other during the capture.</summary>
    public required string Key { get; init; }

    /// <summary>memfd_create(2) name.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes.</summary>
    public required long Length { get; init; }

    /// <summary>F_SEAL_* bits; -1: made without MFD_ALLOW_SEALING.</summary>
    public int Seals { get; init; } = -1;

    /// <summary>Permission bits.</summary>
    public int Mode { get; init; } = 0x1ff;

    /// <summary>For a file that was deleted while in use, or travels: the directory where it was, to make an unnamed file in; null: a memfd.</summary>
    public string? Directory { get; init; }

    /// <summary>For a file that travels: the path where it is made, unless it is there. Null for anything else.</summary>
    public string? Travels { get; init; }

    /// <summary>For a file that stays where it is, but may be gone by then: its path. What is here is used only when it is gone.
    /// Null for anything else.</summary>
    public string? FoundAt { get; init; }

    /// <summary>For POSIX shared memory: its name, in the /dev/shm of the job. Null for anything else.</summary>
    public string? NamedAt { get; init; }

    /// <summary>Whose it is; null: of whoever resumes.</summary>
    public Descriptors.FileOwnerImage? Owner { get; init; }

    /// <summary>For a file found by path: it must be opened for writing.</summary>
    public bool Writable { get; init; }

    /// <summary>It is System V shared memory: comes back as that. Null for anything else.</summary>
    public SegmentImage? Segment { get; init; }

    /// <summary>Other processes of the job have it as well: all else is told by the one of <see cref="Image.TreeImage.SharedObjects"/>
    /// that has the same key.</summary>
    public bool Common { get; init; }

    public IReadOnlyList<MemorySegment> Segments { get; init; } = [];

    /// <summary>The key of a file by its st_dev and st_ino.</summary>
    public static string KeyOf(ulong device, ulong inode)
    {
        // The layout of dev_t: see makedev(3).
        ulong major = ((device >> 8) & 0xfff) | ((device >> 32) & ~0xffful);
        ulong minor = (device & 0xff) | ((device >> 12) & ~0xfful);
        return $"{major}:{minor}:{inode}";
    }
}
