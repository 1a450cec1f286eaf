namespace Yadokari.Daemon.Engine;

/// <summary>The acts of a checkpoint, as <see cref="ICheckpoint"/> names them.</summary>
public enum KeeperAct
{
    Open,
    Freeze,
    Thaw,
    Capture,
    Kill,

    /// <summary>A capture of a throw-away process, see <see cref="Yadokari.Engine.Checkpointing.CheckpointSession.WarmUp"/>.</summary>
    Rehearse,

    /// <summary>Thaw unless killed, and be ready for the next one.</summary>
    Close,
}
