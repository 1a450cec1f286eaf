namespace Yadokari.Linux.Memory;

/// <summary>A run of pages that hold something.</summary>
public readonly record struct PageRun(RemoteAddress Start, RemoteAddress End)
{
    /// <summary>Bytes.</summary>
    public ulong Length => End - Start;
}
