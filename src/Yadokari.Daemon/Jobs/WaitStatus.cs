namespace Yadokari.Daemon.Jobs;

/// <summary>How a process ended, as wait(2) tells it.</summary>
public readonly record struct WaitStatus(int Value)
{
    /// <summary>Null when a signal ended it.</summary>
    public int? ExitStatus => (Value & 0x7f) == 0 ? (Value >> 8) & 0xff : null;

    /// <summary>Null when it ended by itself.</summary>
    public int? Signal => (Value & 0x7f) == 0 ? null : Value & 0x7f;
}
