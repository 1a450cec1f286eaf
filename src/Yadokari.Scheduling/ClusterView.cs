namespace Yadokari.Scheduling;

/// <summary>Everything a policy may know. It reads no clock and draws no numbers of its own: the same view with the same
/// seed gives the same plan, so that a logged view can be replayed.</summary>
public sealed record ClusterView
{
    /// <summary>When the view was taken, seconds of the Unix clock of the host that took it.</summary>
    public required double Now { get; init; }

    /// <summary>What a policy that draws lots begins with.</summary>
    public required ulong Seed { get; init; }

    public required IReadOnlyList<HostView> Hosts { get; init; }

    /// <summary>The running jobs of these hosts, each once.</summary>
    public required IReadOnlyList<JobView> Jobs { get; init; }
}
