namespace Yadokari.Daemon.Engine;

/// <summary>What follows the head of a message between a daemon and its keeper.</summary>
public enum KeeperFrame : byte
{
    /// <summary>JSON of a <see cref="KeeperRequest"/>.</summary>
    Request = 1,

    /// <summary>JSON of a <see cref="KeeperAnswer"/>.</summary>
    Answer = 2,

    /// <summary>A piece of the context file.</summary>
    Data = 3,

    /// <summary>What came so far is to be brought where it is safe (<see cref="Yadokari.Engine.Checkpointing.IImageSink.Flush"/>); the same from
    /// the daemon: it was.</summary>
    Flush = 4,

    /// <summary>What the process's memory is like (<see cref="Yadokari.Engine.Checkpointing.IImageSink.Tell"/>).</summary>
    Layout = 5,
}
