namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>What goes wrong, and at which step of the daemon that has it.</summary>
public sealed class SimFault(SimFaultKind kind, int step)
{
    public SimFaultKind Kind { get; } = kind;

    public int Step { get; } = step;

    public bool Struck { get; set; }
}
