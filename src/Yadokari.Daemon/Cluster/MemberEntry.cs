namespace Yadokari.Daemon.Cluster;

/// <summary>A host in the cluster, under its name.</summary>
/// <param name="Instance">Tells a host that came back from another one with the same name.</param>
/// <param name="Address">ADDR:PORT.</param>
public sealed record MemberEntry(string Name, string Instance, string Address);
