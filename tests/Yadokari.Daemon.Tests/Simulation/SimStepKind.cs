namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>What a step of a daemon does: some faults strike only at some.</summary>
public enum SimStepKind
{
    Act,

    /// <summary>Something is on its way to the other host, or an answer from it.</summary>
    Network,

    /// <summary>The journal is about to be written.</summary>
    Save,
}
