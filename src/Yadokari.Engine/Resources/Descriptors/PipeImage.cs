namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A pipe, or a named one (FIFO), of which the job holds every end that is open.</summary>
/// <param name="Id">Its inode on the old host; of a named pipe a number of its own.</param>
/// <param name="Capacity">Bytes (F_GETPIPE_SZ).</param>
/// <param name="Unread">Content in order; one piece a packet where it is in packets.</param>
public sealed record PipeImage(ulong Id, int Capacity, IReadOnlyList<byte[]> Unread)
{
    /// <summary>What is unread was written in packets; null: as its ends are, of which an earlier version has told by them.</summary>
    public bool? InPackets { get; init; }

    /// <summary>Where a named pipe is; null: it has no name.</summary>
    public string? Path { get; init; }

    /// <summary>A named pipe whose name has been removed.</summary>
    public bool Removed { get; init; }

    /// <summary>Whose it is; null: of whoever resumes.</summary>
    public FileOwnerImage? Owner { get; init; }
}
