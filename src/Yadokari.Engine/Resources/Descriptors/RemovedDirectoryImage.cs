using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A directory that is removed: made again where it was, opened, and removed again. It is of the whole job's table only, since all that are one
/// directory are opened through the first.</summary>
public sealed record RemovedDirectoryImage : DescriptorImage
{
    /// <summary>What it was called, absolute, as the job itself sees it. The directory above is there.</summary>
    public required string Path { get; init; }

    /// <summary>st_dev and st_ino on the old host: which are one directory.</summary>
    public required ulong Device { get; init; }

    public required ulong Inode { get; init; }

    /// <summary>Whose it is, and its permissions.</summary>
    public required FileOwnerImage DirectoryOwner { get; init; }

    [JsonIgnore]
    public override string Kind => "directory";

    [JsonIgnore]
    public override string Detail => $"{Path}, removed";
}
