namespace Yadokari.Daemon.Tests.Simulation;

public enum SimFaultKind
{
    /// <summary>kill -9 of the daemon.</summary>
    DaemonDies,

    /// <summary>The whole host goes down at once.</summary>
    PowerFails,

    /// <summary>A request or its answer is lost; only at steps of the network.</summary>
    LinkIsCut,

    /// <summary>The journal can't be written this time; only at steps that write it.</summary>
    SaveFails,

    /// <summary>The cluster's store does not answer for a while from this step on.</summary>
    StoreIsSilent,
}
