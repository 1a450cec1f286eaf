namespace Yadokari.Faults;

/// <summary>What goes wrong in the middle of moves.</summary>
public enum FaultKind
{
    /// <summary>kill -9 of the source's daemon.</summary>
    SourceDaemon,

    /// <summary>kill -9 of the target's daemon.</summary>
    TargetDaemon,

    /// <summary>kill -9 of both, each at a step of its own.</summary>
    BothDaemons,

    /// <summary>The network of one of the two is cut for a while.</summary>
    CutLink,

    /// <summary>The target's disk is full.</summary>
    FullDisk,

    /// <summary>The source loses its power, and comes back.</summary>
    SourceHost,

    /// <summary>The target loses its power, and comes back.</summary>
    TargetHost,
}
