namespace Yadokari.Engine.Checkpointing;

/// <summary>
/// One checkpoint of one process: Open (look, refuse) → Freeze → Capture → Thaw or Kill.
/// Disposing at any point before <see cref="Kill"/> thaws the process, which then runs on as if nothing had been.
/// Not thread-safe; may be used from any thread (the ptrace calls run on a thread of its own).
/// </summary>
public sealed class CheckpointSession : IDisposable
{
    private CheckpointSession(int pid) => Pid = pid;

    /// <summary>The process, as seen by the caller's pid namespace.</summary>
    public int Pid { get; }

    /// <summary>Looks at the process without touching it.</summary>
    /// <exception cref="ObstacleException">It has obstacles; all are listed.</exception>
    /// <exception cref="EngineException">No such process, not permitted, a kernel thread, pid 1, being traced.</exception>
    public static CheckpointSession Open(int pid, CaptureOptions options) => throw new NotImplementedException();

    /// <summary>Stops every thread. On failure the process runs on.</summary>
    public void Freeze() => throw new NotImplementedException();

    /// <summary>Writes the context file into the sink. The process stays frozen.</summary>
    public CaptureReport Capture(IImageSink sink, IProgress<CaptureProgress>? progress = null) => throw new NotImplementedException();

    /// <summary>Lets the process run on.</summary>
    public void Thaw() => throw new NotImplementedException();

    /// <summary>Ends the frozen process (SIGKILL) and returns when it is gone.</summary>
    public void Kill() => throw new NotImplementedException();

    public void Dispose()
    {
    }

    /// <summary>Runs a whole capture on a throw-away process so that no code is compiled inside the pause.</summary>
    public static void WarmUp() => throw new NotImplementedException();

    /// <summary>The obstacles of a process, without touching it; empty when it could be checkpointed now.</summary>
    public static IReadOnlyList<Obstacle> FindObstacles(int pid, CaptureOptions options) => throw new NotImplementedException();
}
