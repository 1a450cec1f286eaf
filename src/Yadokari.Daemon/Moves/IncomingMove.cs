using Yadokari.Daemon.Engine;
using Yadokari.Engine;

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

    /// <summary>Rounds of the image that have come, and that the process has.</summary>
    internal RoundCount Rounds { get; } = new();

    /// <summary>What this host lacks for the image, looked up as soon as that was whole; null: not yet.</summary>
    internal Task<IReadOnlyList<Obstacle>>? Missing { get; set; }

    /// <summary>What is to be on the disk before the source hears that the job is prepared.</summary>
    internal Task Flushed { get; set; } = Task.CompletedTask;

    /// <summary>The job was held in a process that was filled before.</summary>
    internal bool IsFilled { get; set; }

    /// <summary>Cancelled when the move is given up: ends a stream that still waits for frames.</summary>
    internal CancellationTokenSource GivenUp { get; } = new();

    /// <summary>Directories of its control groups; none for a job without limits, and before they are made.</summary>
    internal IReadOnlyList<string> Groups { get; set; } = [];

    internal void EndFill()
    {
        IJobFill? fill = Fill;
        Fill = null;
        if (Missing is { IsCompleted: false } looking)
        {
            looking.ContinueWith(_ => fill?.Dispose(), TaskScheduler.Default);
            return;
        }
        fill?.Dispose();
    }

    public void Dispose()
    {
        Held?.Dispose();
        Held = null;
        EndFill();
        FreeName();
    }
}
