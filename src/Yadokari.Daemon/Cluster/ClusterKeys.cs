namespace Yadokari.Daemon.Cluster;

/// <summary>The keys of the coordination store.</summary>
public static class ClusterKeys
{
    public const string Hosts = "/yadokari/hosts/";

    public const string Jobs = "/yadokari/jobs/";

    /// <summary>Holds the instance of the host that decides about placement, as long as its lease lives.</summary>
    public const string Scheduler = "/yadokari/scheduler";

    public static string Host(string name) => Hosts + name;

    public static string Job(string id) => Jobs + id;
}
