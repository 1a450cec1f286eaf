namespace Yadokari.Daemon.Cluster;

/// <summary>The store no longer has the changes that a watch asks for: list, and watch from there.</summary>
public sealed class RevisionGoneException(long revision) : Exception($"the changes since revision {revision} are gone");
