using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Context;
using Yadokari.Engine.Resume;

namespace Yadokari.Daemon.Engine;

/// <summary>The real engine.</summary>
public sealed class KernelEngine : IJobEngine
{
    public JobShell Start(JobStart start) => JobShell.Start(start);

    public bool TryReap(JobShell shell, out int waitStatus) => shell.TryReap(out waitStatus);

    public ICheckpoint Open(int pid, CaptureOptions options) => new Checkpoint(CheckpointSession.Open(pid, options));

    public IReadOnlyList<Obstacle> FindMissing(string path) => ContextFile.Open(path).FindMissing();

    public IHeldJob Prepare(string path, ResumeOptions options) => new Held(HeldProcess.Prepare(path, options));

    public void WarmUp() => CheckpointSession.WarmUp();

    private sealed class Checkpoint(CheckpointSession session) : ICheckpoint
    {
        private bool _disposed;

        public void Freeze() => session.Freeze();

        public CaptureReport Capture(IImageSink sink, IProgress<CaptureProgress>? progress) => session.Capture(sink, progress);

        public void Kill() => session.Kill();

        public void Dispose()
        {
            // A move thaws at once on a failure, long before its scope ends.
            if (!_disposed)
            {
                _disposed = true;
                session.Dispose();
            }
        }
    }

    private sealed class Held(HeldProcess process) : IHeldJob
    {
        public int ShellPid => process.ShellPid;

        public int Pid => process.Pid;

        public void Release() => process.Release();

        public void Dispose() => process.Dispose();
    }
}
