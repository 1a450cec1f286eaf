using Yadokari.Protocol.Hosts;

namespace Yadokari.Protocol.Jobs;

/// <summary>Jobs of one host, or of all hosts it can reach.</summary>
/// <param name="Unreachable">Hosts that were asked and did not answer.</param>
public sealed record JobList(IReadOnlyList<JobInfo> Jobs, IReadOnlyList<string> Unreachable)
{
    /// <summary>The hosts that were asked for them; null where they were not asked for, and by daemons older than that.</summary>
    public HostList? Hosts { get; init; }

    /// <summary>What has changed after this can be asked for; null where all was asked for.</summary>
    public string? Version { get; init; }

    /// <summary>Only jobs that have changed since this version are told, and all that were there then are there still; null: all are told.</summary>
    public string? After { get; init; }
}
