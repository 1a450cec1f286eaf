namespace Yadokari.Daemon.Cluster;

/// <summary>A write that a watch has seen.</summary>
/// <param name="Value">Null: the key was deleted, or its lease expired.</param>
public sealed record StoreChange(string Key, string? Value, long Revision);
