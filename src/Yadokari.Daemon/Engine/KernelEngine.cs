using Yadokari.Daemon.Hosting;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Context;
using Yadokari.Engine.Resume;

namespace Yadokari.Daemon.Engine;

/// <summary>The real engine. Jobs are stopped and read by keepers, see <see cref="Keeper"/>.</summary>
public sealed class KernelEngine(HomeDirectory home) : IJobEngine, IDisposable
{
    private readonly KeeperPool _keepers = new(home);

    public JobShell Start(JobStart start) => JobShell.Start(start);

    public bool TryReap(JobShell shell, out int waitStatus) => shell.TryReap(out waitStatus);

    public ICheckpoint Open(int pid, CaptureOptions options) => _keepers.Open(pid, options);

    public IReadOnlyList<Obstacle> FindMissing(string path, bool isOwn)
    {
        ContextFile file = ContextFile.Open(path);
        if (!isOwn)
        {
            file.RequireOwnPlan();
        }
        return file.FindMissing();
    }

    public IHeldJob Prepare(string path, ResumeOptions options) => new Held(HeldProcess.Prepare(path, options));

    public void Dispose() => _keepers.Dispose();

    private sealed class Held(HeldProcess process) : IHeldJob
    {
        public int ShellPid => process.ShellPid;

        public int Pid => process.Pid;

        public void Release() => process.Release();

        public void Dispose() => process.Dispose();
    }
}
