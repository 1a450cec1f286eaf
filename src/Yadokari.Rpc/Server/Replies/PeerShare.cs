namespace Yadokari.Rpc.Server.Replies;

/// <summary>What one peer holds of the reply table.</summary>
internal sealed class PeerShare
{
    private long _bytes;

    /// <summary>Its clients. Used under the table's lock.</summary>
    public HashSet<string> Clients { get; } = new(StringComparer.Ordinal);

    /// <summary>Of replies kept for its clients.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
}
