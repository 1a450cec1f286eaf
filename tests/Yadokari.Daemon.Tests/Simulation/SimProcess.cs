using Yadokari.Daemon.Jobs;

namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>A copy of the one job of the world.</summary>
public sealed class SimProcess(ProcessIdentity identity, SimDaemon? owner)
{
    public ProcessIdentity Identity { get; } = identity;

    /// <summary>The daemon that traces or holds it.</summary>
    public SimDaemon? Owner { get; set; } = owner;

    public required SimProcessState State { get; set; }

    /// <summary>Work done; what a capture carries.</summary>
    public required int Progress { get; set; }

    public required string ExitPath { get; init; }
}
