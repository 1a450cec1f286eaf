using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>One mapping.</summary>
public sealed record MappingImage
{
    public required ulong Start { get; init; }

    public required ulong End { get; init; }

    public required VmaProtection Protection { get; init; }

    public required MappingKind Kind { get; init; }

    public required VmaFlags Flags { get; init; }

    /// <summary>What /proc/PID/maps called it: a path, [heap], [stack], [anon:…], or nothing.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes into the file or object.</summary>
    public ulong Offset { get; init; }

    /// <summary>Number of the shared object for <see cref="MappingKind.SharedObject"/> and <see cref="MappingKind.PrivateObject"/>.</summary>
    public int Object { get; init; } = -1;

    /// <summary>For mappings of files found by path: length in bytes at the capture; the target's must not be shorter.</summary>
    public long FileLength { get; init; }

    /// <summary>For <see cref="MappingKind.Private"/>: the pages are those of the file <see cref="Name"/> from <see cref="Offset"/>,
    /// unchanged, which is mapped again where the target has one with the same bytes. Their content travels all the same.</summary>
    public bool Unchanged { get; init; }

    /// <summary>A shared mapping that may be written: the file must be opened for writing.</summary>
    public bool Writable { get; init; }

    public ulong Length => End - Start;
}
