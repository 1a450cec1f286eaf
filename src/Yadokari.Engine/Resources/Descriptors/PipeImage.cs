namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A pipe of which the process holds every end that is open.</summary>
/// <param name="Id">Its inode on the old host.</param>
/// <param name="Capacity">Bytes (F_GETPIPE_SZ).</param>
/// <param name="Unread">Content in order; one piece a packet where it is in packet mode.</param>
public sealed record PipeImage(ulong Id, int Capacity, IReadOnlyList<byte[]> Unread)
{
    /// <summary>Whose it is; null: of whoever resumes.</summary>
    public FileOwnerImage? Owner { get; init; }
}
