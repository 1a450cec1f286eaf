using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A regular file, directory, harmless device, or O_PATH descriptor: opened again by its path.</summary>
public sealed record PathImage : DescriptorImage
{
    /// <summary>Absolute, as the job itself sees it.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes; of a directory the file system's own cookie.</summary>
    public required long Offset { get; init; }

    /// <summary>File type and permissions (stat(2)).</summary>
    public required uint Mode { get; init; }

    /// <summary>Bytes when captured: a target whose file is shorter lacks data. 0 where nothing depends on it (a log that is only
    /// appended to).</summary>
    public required long Size { get; init; }

    /// <summary>It belongs to a thread of the process, and is opened when that is there.</summary>
    public bool AfterThreads { get; init; }

    /// <summary>It belongs to another process of the job, and is opened when all are there.</summary>
    public bool AfterRelatives { get; init; }

    /// <summary>That process is gone: nothing can be read from it.</summary>
    public bool OfGone { get; init; }

    /// <summary>The path by which the program opened it through <c>pms_open</c> or <c>pms_fopen</c>; null for any other file.</summary>
    public string? OpenedAs { get; init; }

    [JsonIgnore]
    public bool IsRegular => (Mode & 0xF000) == 0x8000;

    [JsonIgnore]
    public bool IsDirectory => (Mode & 0xF000) == 0x4000;

    /// <summary>Lies in /proc or /sys: made by the kernel, without size or time of its own.</summary>
    [JsonIgnore]
    public bool IsKernelMade =>
        Path.StartsWith("/proc/", StringComparison.Ordinal) || Path.StartsWith("/sys/", StringComparison.Ordinal);

    [JsonIgnore]
    public override string Kind => IsRegular ? "file" : IsDirectory ? "directory" : "device";

    [JsonIgnore]
    public override string Detail => IsRegular ? $"{Path} at {Offset}{Promise}" : Path;

    private string Promise => OpenedAs is null ? "" : OpenedAs == Path ? ", opened by pms: found by path" : $", opened by pms as {OpenedAs}: found by path";
}
