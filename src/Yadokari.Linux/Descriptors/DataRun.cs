namespace Yadokari.Linux.Descriptors;

/// <summary>A piece of a sparse file that holds data; between the pieces are holes, which read as zeros.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct DataRun(long Offset, long Length);
