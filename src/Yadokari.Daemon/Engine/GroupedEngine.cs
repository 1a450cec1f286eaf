using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Load;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Resume;
using Yadokari.Linux.Proc;

namespace Yadokari.Daemon.Engine;

/// <summary>An engine whose jobs all live in one control group, from their start or before they are let run.</summary>
public sealed class GroupedEngine(IJobEngine engine, JobGroup group) : IJobEngine
{
    public JobShell Start(JobStart start)
    {
        JobShell shell = engine.Start(start);
        group.Take(shell.ShellPid, shell.Pid);
        return shell;
    }

    public bool TryReap(JobShell shell, out int waitStatus) => engine.TryReap(shell, out waitStatus);

    public ICheckpoint Open(int pid, CaptureOptions options) => new GroupedCheckpoint(engine.Open(pid, options), group, pid);

    public JobLook Look(int pid, CaptureOptions options) => engine.Look(pid, options);

    public IReadOnlyList<Obstacle> FindMissing(ReadOnlySpan<byte> needs) => engine.FindMissing(needs);

    public IReadOnlyList<Obstacle> FindMissing(string path, bool isOwn) => engine.FindMissing(path, isOwn);

    public IHeldJob Prepare(string path, ResumeOptions options)
    {
        IHeldJob held = engine.Prepare(path, options);
        try
        {
            group.Take(held.ShellPid);
            TakeTree(held.Pid);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public IJobFill? Fill(ReadOnlySpan<byte> layout, long mostBytes, SafeFileHandle image, SafeFileHandle exitStatusFile)
    {
        IJobFill? fill = engine.Fill(layout, mostBytes, image, exitStatusFile);
        try
        {
            if (fill is not null)
            {
                // What it takes counts where it was taken.
                group.Take(fill.ShellPid, fill.Pid);
            }
            return fill;
        }
        catch
        {
            fill?.Dispose();
            throw;
        }
    }

    /// <summary>Those that the job has started come there by themselves, but not those that are made before it is.</summary>
    private void TakeTree(int pid)
    {
        group.Take(pid);
        foreach (int child in ProcTasks.Children(pid) ?? [])
        {
            TakeTree(child);
        }
    }

    private sealed class GroupedCheckpoint(ICheckpoint checkpoint, JobGroup group, int pid) : ICheckpoint
    {
        private bool _isKilled;

        public void CopyAhead(IImageSink sink) => checkpoint.CopyAhead(sink);

        public void Freeze()
        {
            group.LetOut(pid);
            checkpoint.Freeze();
        }

        public void Thaw()
        {
            group.Take(pid);
            checkpoint.Thaw();
        }

        public CaptureReport Capture(IImageSink sink, IProgress<CaptureProgress>? progress) => checkpoint.Capture(sink, progress);

        public void Kill()
        {
            checkpoint.Kill();
            _isKilled = true;
        }

        public void Condemn()
        {
            checkpoint.Condemn();
            _isKilled = true;
        }

        public void Dispose()
        {
            if (!_isKilled)
            {
                group.Take(pid);
            }
            checkpoint.Dispose();
        }
    }
}
