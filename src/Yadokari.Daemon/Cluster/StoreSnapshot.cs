namespace Yadokari.Daemon.Cluster;

/// <summary>All keys under a prefix at one moment.</summary>
/// <param name="Revision">Of the store at that moment; a watch from the next one on misses nothing.</param>
public sealed record StoreSnapshot(IReadOnlyList<StoreEntry> Entries, long Revision);
