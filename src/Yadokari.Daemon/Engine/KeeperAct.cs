namespace Yadokari.Daemon.Engine;

/// <summary>The acts of a checkpoint, as <see cref="ICheckpoint"/> names them.</summary>
public enum KeeperAct
{
    Open,

    /// <summary>Looks at a process; nothing is opened.</summary>
    Look,

    /// <summary>Copies memory while the process runs.</summary>
    CopyAhead,
    Freeze,
    Thaw,
    Capture,
    Kill,

    /// <summary><see cref="Yadokari.Engine.Checkpointing.CheckpointSession.Condemn"/>.</summary>
    Condemn,

    /// <summary>Thaw unless killed, and be ready for the next one.</summary>
    Close,
}
