namespace Yadokari.Daemon.Cluster;

/// <summary>A key of the coordination store.</summary>
/// <param name="Revision">Of the write that made it so; what a compare-and-set compares.</param>
public sealed record StoreEntry(string Key, string Value, long Revision);
