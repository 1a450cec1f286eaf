namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>What goes wrong, and at which step of the daemon that has it.</summary>
/// <param name="times">At how many steps in a row.</param>
public sealed class SimFault(SimFaultKind kind, int step, int times = 1)
{
    public SimFaultKind Kind { get; } = kind;

    public int Step { get; } = step;

    public int Times { get; } = times;

    public bool Struck { get; set; }
}
