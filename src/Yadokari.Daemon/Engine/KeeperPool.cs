using System.Collections.Concurrent;
using Yadokari.Daemon.Hosting;
using Yadokari.Engine.Checkpointing;

namespace Yadokari.Daemon.Engine;

/// <summary>Keepers that are ready, so that a checkpoint does not wait for a process to start. Thread-safe.</summary>
public sealed class KeeperPool(HomeDirectory home) : IDisposable
{
    private const int MaxIdle = 2;

    private readonly ConcurrentBag<KeeperProcess> _idle = [];

    /// <summary>Starts one and lets it rehearse.</summary>
    public void WarmUp()
    {
        KeeperProcess keeper = KeeperProcess.Start(home);
        keeper.Act(new KeeperRequest(KeeperAct.Rehearse));
        Return(keeper);
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

    public void Dispose()
    {
        while (_idle.TryTake(out KeeperProcess? keeper))
        {
            keeper.Dispose();
        }
    }

    private KeeperProcess Rent() => _idle.TryTake(out KeeperProcess? keeper) ? keeper : KeeperProcess.Start(home);

    private void Return(KeeperProcess keeper)
    {
        if (keeper.IsUsable && _idle.Count < MaxIdle)
        {
            _idle.Add(keeper);
        }
        else
        {
            keeper.Dispose();
        }
    }

    private sealed class Checkpoint(KeeperPool pool, KeeperProcess keeper) : ICheckpoint
    {
        private bool _disposed;

        public void Freeze() => keeper.Act(new KeeperRequest(KeeperAct.Freeze));

        public void Thaw() => keeper.Act(new KeeperRequest(KeeperAct.Thaw));

        public CaptureReport Capture(IImageSink sink, IProgress<CaptureProgress>? progress) =>
            keeper.Act(new KeeperRequest(KeeperAct.Capture), sink) ?? throw new IOException("the keeper gave no report");

        public void Kill() => keeper.Act(new KeeperRequest(KeeperAct.Kill));

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
