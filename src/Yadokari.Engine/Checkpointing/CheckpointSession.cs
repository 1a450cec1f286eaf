using System.Diagnostics;
using Yadokari.Engine.Capture;
using Yadokari.Engine.Freeze;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Checkpointing;

/// <summary>
/// One checkpoint of a process and all that descends from it: Open (look, refuse) → CopyAhead, if wanted → Freeze → Capture → Thaw or Kill.
/// Disposing at any point before <see cref="Kill"/> thaws the process, which then runs on as if nothing had been.
/// Not thread-safe; may be used from any thread (the ptrace calls run on a thread of its own).
/// </summary>
public sealed class CheckpointSession : IDisposable
{
    private readonly CaptureOptions _options;
    private readonly Tracer _tracer = new();
    private Task? _rehearsal;
    private FrozenTree? _tree;
    private TreeRounds? _rounds;
    private bool _disposed;

    private CheckpointSession(int pid, CaptureOptions options)
    {
        Pid = pid;
        _options = options;
    }

    /// <summary>The process, as seen by the caller's pid namespace.</summary>
    public int Pid { get; }

    /// <summary>Begins, on a thread of its own, what makes the first pause short and takes its time: for whoever will open a checkpoint
    /// and has something else to do before. Once in the life of this program; any thread.</summary>
    public static void Prepare() => _ = Rehearsal.BeginOnce();

    /// <summary>Looks at the process without touching it.</summary>
    /// <exception cref="ObstacleException">It has obstacles; all are listed.</exception>
    /// <exception cref="EngineException">No such process, not permitted, a kernel thread, pid 1, being traced.</exception>
    public static CheckpointSession Open(int pid, CaptureOptions options)
    {
        // Beside all that is done while the process runs; a refusal does not wait for it.
        Task rehearsal = Rehearsal.BeginOnce();
        // Every descriptor of the process is held here, too.
        OpenFileLimit.Raise();
        IReadOnlyList<Obstacle> obstacles = FindObstacles(pid, options);
        return obstacles.Count > 0 ? throw new ObstacleException(pid, obstacles) : new CheckpointSession(pid, options) { _rehearsal = rehearsal };
    }

    /// <summary>Of a process that is known to have no obstacles.</summary>
    internal static CheckpointSession OpenUnlooked(int pid, CaptureOptions options) => new(pid, options);

    /// <summary>About how many bytes the context file will have, for <see cref="FileContextWriter.Reserve"/>. The process runs
    /// meanwhile; the memory of a small one is read once, so that reading it in the pause is quick.</summary>
    public long EstimateLength() => ProcessCapturer.Estimate(Pid);

    /// <summary>Copies memory into the sink while the process runs, in rounds, so that little is left for <see cref="Capture"/>, which
    /// must get the same sink. Where that is not worth it, or not possible, nothing or less is copied.</summary>
    /// <returns>How often, how much.</returns>
    /// <exception cref="IOException">The sink failed; the process runs on.</exception>
    public IReadOnlyList<RoundReport> CopyAhead(IImageSink sink, IProgress<CaptureProgress>? progress = null)
    {
        _rounds?.Dispose();
        _rounds = null;
        _rounds = TreeRounds.Run(Pid, _tracer, sink, progress, flush: !_options.ThawEarly);
        return _rounds.Rounds;
    }

    /// <summary>Stops every thread. On failure the process runs on.</summary>
    public void Freeze()
    {
        Rehearsal.Wait(_rehearsal);
        _tracer.Run(() =>
        {
            // Of a freeze before, which was given up.
            _tree?.Dispose();
            _tree = null;
            _tree = FrozenTree.Freeze(Pid);
        });
    }

    /// <summary>Writes the context file into the sink. The process stays frozen unless <see cref="CaptureOptions.ThawEarly"/>.</summary>
    public CaptureReport Capture(IImageSink sink, IProgress<CaptureProgress>? progress = null) => _tracer.Run(() =>
    {
        FrozenTree frozen = _tree ?? throw new InvalidOperationException("not frozen");
        TimeSpan? thawed = null;
        int threads = frozen.ThreadCount;
        (long length, long memory) = ProcessCapturer.Capture(frozen, _options, sink, progress, _rounds, () =>
        {
            if (_options.ThawEarly)
            {
                frozen.Thaw();
                thawed = Stopwatch.GetElapsedTime(frozen.StartedAt);
                // It runs: nothing is to be paid any more for being watched.
                _rounds?.Dispose();
            }
        });
        return new CaptureReport(length, memory, threads, frozen.FrozenAt, thawed ?? Stopwatch.GetElapsedTime(frozen.StartedAt))
        {
            Rounds = _rounds?.Rounds ?? [],
            WithoutRounds = _rounds?.WithoutRounds,
        };
    });

    /// <summary>Lets the process run on.</summary>
    public void Thaw() => _tracer.Run(() => _tree?.Thaw());

    /// <summary>Ends the frozen process (SIGKILL) and returns when it is gone.</summary>
    public void Kill() => _tracer.Run(() => _tree?.Kill());

    /// <summary>Ends the frozen process (SIGKILL): it does nothing any more, but may be gone only after a moment, if nothing that it has
    /// could be in the way of a copy of it. <see cref="Dispose"/> waits for that.</summary>
    public void Condemn() => _tracer.Run(() => _tree?.Condemn());

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _tracer.Run(() =>
        {
            _tree?.Dispose();
            _tree = null;
        });
        _tracer.Dispose();
        // To end the watches takes its time: only now that the process runs.
        _rounds?.Dispose();
    }

    /// <summary>The obstacles of a process, without touching it; empty when it could be checkpointed now.</summary>
    public static IReadOnlyList<Obstacle> FindObstacles(int pid, CaptureOptions options) => ObstacleScan.Run(pid, options);

    /// <summary>The same, and what a host must have to resume it.</summary>
    /// <exception cref="EngineException">As <see cref="Open"/>.</exception>
    public static JobLook Look(int pid, CaptureOptions options)
    {
        OpenFileLimit.Raise();
        return ObstacleScan.Look(pid, options);
    }
}
