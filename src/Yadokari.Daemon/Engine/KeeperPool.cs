using System.Diagnostics;
using Yadokari.Daemon.Hosting;
using Yadokari.Engine.Checkpointing;

namespace Yadokari.Daemon.Engine;

/// <summary>Keepers that have served a checkpoint stay a moment for the next one; an idle host has none. Thread-safe.</summary>
public sealed class KeeperPool : IDisposable
{
    private const int MaxIdle = 2;

    /// <summary>A drain or a series of checkpoints finds them there; a start costs some ten milliseconds before the pause.</summary>
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(10);

    private readonly HomeDirectory _home;
    private readonly Lock _lock = new();
    private readonly Stack<(KeeperProcess Keeper, long Since)> _idle = [];
    private readonly Timer _leave;

    public KeeperPool(HomeDirectory home)
    {
        _home = home;
        _leave = new Timer(_ => SendAway(Stay), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary><see cref="CheckpointSession.Open"/> in a keeper.</summary>
    public ICheckpoint Open(int pid, CaptureOptions options)
    {
        KeeperProcess keeper = Rent();
        try
        {
            keeper.Act(new KeeperRequest(KeeperAct.Open, pid, options));
            return new Checkpoint(this, keeper);
        }
        catch
        {
            Return(keeper);
            throw;
        }
    }

    /// <summary><see cref="CheckpointSession.Look"/> in a keeper.</summary>
    public JobLook Look(int pid, CaptureOptions options)
    {
        KeeperProcess keeper = Rent();
        try
        {
            return keeper.Look(pid, options);
        }
        finally
        {
            Return(keeper);
        }
    }

    public void Dispose()
    {
        _leave.Dispose();
        SendAway(TimeSpan.Zero);
    }

    private KeeperProcess Rent()
    {
        lock (_lock)
        {
            if (_idle.TryPop(out (KeeperProcess Keeper, long Since) ready))
            {
                return ready.Keeper;
            }
        }
        return KeeperProcess.Start(_home);
    }

    private void Return(KeeperProcess keeper)
    {
        lock (_lock)
        {
            if (keeper.IsUsable && _idle.Count < MaxIdle)
            {
                _idle.Push((keeper, Stopwatch.GetTimestamp()));
                _leave.Change(Stay, Timeout.InfiniteTimeSpan);
                return;
            }
        }
        keeper.Dispose();
    }

    /// <summary>Those that were idle for so long; looks again while there are others, or some that have not ended yet.</summary>
    private void SendAway(TimeSpan idleFor)
    {
        List<KeeperProcess> leaving = [];
        bool again;
        lock (_lock)
        {
            (KeeperProcess Keeper, long Since)[] all = [.. _idle.Reverse()];
            _idle.Clear();
            foreach ((KeeperProcess keeper, long since) in all)
            {
                if (Stopwatch.GetElapsedTime(since) >= idleFor)
                {
                    leaving.Add(keeper);
                }
                else
                {
                    _idle.Push((keeper, since));
                }
            }
            again = _idle.Count > 0;
        }
        foreach (KeeperProcess keeper in leaving)
        {
            keeper.Dispose();
        }
        again |= !KeeperProcess.ReapEnded();
        if (again && idleFor > TimeSpan.Zero)
        {
            _leave.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class Checkpoint(KeeperPool pool, KeeperProcess keeper) : ICheckpoint
    {
        private bool _disposed;

        public void CopyAhead(IImageSink sink) => keeper.Act(new KeeperRequest(KeeperAct.CopyAhead, WantsLayout: sink.WantsLayout, Earlier: sink.Earlier), sink);

        public void Freeze() => keeper.Act(new KeeperRequest(KeeperAct.Freeze));

        public void Thaw() => keeper.Act(new KeeperRequest(KeeperAct.Thaw));

        public CaptureReport Capture(IImageSink sink, IProgress<CaptureProgress>? progress) =>
            keeper.Act(new KeeperRequest(KeeperAct.Capture), sink) ?? throw new IOException("the keeper gave no report");

        public void Kill() => keeper.Act(new KeeperRequest(KeeperAct.Kill));

        public void Condemn() => keeper.Act(new KeeperRequest(KeeperAct.Condemn));

        public void Dispose()
        {
            // A move thaws at once on a failure, long before its scope ends.
            if (_disposed)
            {
                return;
            }
            _disposed = true;
            if (keeper.IsUsable)
            {
                Close();
            }
            pool.Return(keeper);
        }

        private void Close()
        {
            try
            {
                keeper.Act(new KeeperRequest(KeeperAct.Close));
            }
            catch (Yadokari.Engine.EngineException)
            {
                // A keeper that has ended has thawed, or the kernel has for it; it is not used again.
                keeper.Dispose();
            }
        }
    }
}
