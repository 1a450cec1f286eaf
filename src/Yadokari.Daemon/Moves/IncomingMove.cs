using Yadokari.Daemon.Engine;

namespace Yadokari.Daemon.Moves;

/// <summary>A job on its way to this host.</summary>
public sealed class IncomingMove : Incoming, IDisposable
{
    internal IncomingMove(MoveRecord record, IDisposable? name)
        : base(record, name)
    {
    }

    /// <summary>The rebuilt process; null before it is prepared, after it was released, and after a restart of the daemon.</summary>
    internal IHeldJob? Held { get; set; }

    /// <summary>The process that is filled while the image comes; null: none.</summary>
    internal IJobFill? Fill { get; set; }

    /// <summary>The job was held in a process that was filled before.</summary>
    internal bool IsFilled { get; set; }

    /// <summary>Cancelled when the move is given up: ends a stream that still waits for frames.</summary>
    internal CancellationTokenSource GivenUp { get; } = new();

    internal void EndFill()
    {
        Fill?.Dispose();
        Fill = null;
    }

    public void Dispose()
    {
        Held?.Dispose();
        Held = null;
        EndFill();
        FreeName();
    }
}
