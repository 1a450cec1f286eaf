namespace Yadokari.LabTests;

/// <summary>Three hosts that agree by an etcd in the lab.</summary>
public sealed class ClusterHosts() : LabHosts("3", "--cluster");
