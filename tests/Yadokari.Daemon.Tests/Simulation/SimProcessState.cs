namespace Yadokari.Daemon.Tests.Simulation;

public enum SimProcessState
{
    Running,

    /// <summary>Stopped by a tracer: runs on when the tracer dies.</summary>
    Frozen,

    /// <summary>Rebuilt and not released: dies when its holder dies.</summary>
    Held,

    Dead,
}
