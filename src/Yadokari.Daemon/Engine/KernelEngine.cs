using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Hosting;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Context;
using Yadokari.Engine.Filling;
using Yadokari.Engine.Resume;

namespace Yadokari.Daemon.Engine;

/// <summary>The real engine. Jobs are stopped and read by keepers, see <see cref="Keeper"/>.</summary>
public sealed class KernelEngine(HomeDirectory home) : IJobEngine, IDisposable
{
    private readonly KeeperPool _keepers = new(home);

    public JobShell Start(JobStart start) => JobShell.Start(start);

    public bool TryReap(JobShell shell, out int waitStatus) => shell.TryReap(out waitStatus);

    public ICheckpoint Open(int pid, CaptureOptions options) => _keepers.Open(pid, options);

    public JobLook Look(int pid, CaptureOptions options) => _keepers.Look(pid, options);

    public IReadOnlyList<Obstacle> FindMissing(ReadOnlySpan<byte> needs) => HostNeeds.Read(needs).FindMissing();

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

    public IJobFill? Fill(ReadOnlySpan<byte> layout, long mostBytes, SafeFileHandle image, SafeFileHandle exitStatusFile) =>
        JobFiller.TryStart(FillLayout.Read(layout, mostBytes), image, exitStatusFile) is { } filler ? new Filled(filler) : null;

    public void Dispose() => _keepers.Dispose();

    private sealed class Filled(JobFiller filler) : IJobFill
    {
        public int ShellPid => filler.ShellPid;

        public int Pid => filler.Pid;

        public string? GivenUp => filler.GivenUp;

        public void Update(ReadOnlySpan<byte> layout, long mostBytes) => filler.Update(FillLayout.Read(layout, mostBytes));

        public void Written(long offset, int length) => filler.Written(offset, length);

        public void Load() => filler.Load();

        public bool Settle(int milliseconds) => filler.Settle(milliseconds);

        public IReadOnlyList<Obstacle> FindMissing(string path)
        {
            ContextFile file = ContextFile.Open(path);
            file.RequireOwnPlan();
            filler.Complete(file.Image);
            return file.FindMissing();
        }

        public IHeldJob? Finish(ResumeOptions options) => filler.Finish(options) is { } held ? new Held(held) : null;

        public void Dispose() => filler.Dispose();
    }

    private sealed class Held(HeldProcess process) : IHeldJob
    {
        public int ShellPid => process.ShellPid;

        public int Pid => process.Pid;

        public void Release() => process.Release();

        public void Dispose() => process.Dispose();
    }
}
