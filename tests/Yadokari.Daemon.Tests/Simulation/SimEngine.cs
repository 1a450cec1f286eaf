using System.Buffers.Binary;
using Yadokari.Daemon.Engine;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Resume;

namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>The engine's contract on processes of the world. An image is the work done, in a few pieces.</summary>
public sealed class SimEngine(SimDaemon daemon) : IJobEngine
{
    public const int ImageBytes = 4 * PieceBytes;
    private const int PieceBytes = 16;

    public JobShell Start(JobStart start) => throw new NotSupportedException("no test of moves starts a program");

    public bool TryReap(JobShell shell, out int waitStatus) => throw new NotSupportedException("no test of moves reaps");

    public JobLook Look(int pid, CaptureOptions options) => throw new NotSupportedException("no test of moves looks only");

    public IReadOnlyList<Obstacle> FindMissing(ReadOnlySpan<byte> needs) => throw new NotSupportedException("no test of moves looks only");

    public IReadOnlyList<Obstacle> FindMissing(string path, bool isOwn) => [];

    public ICheckpoint Open(int pid, CaptureOptions options)
    {
        options.StreamFiles.ShouldBeLogsIn(daemon.Host.Home.Jobs);
        daemon.World.BeforeOpen(daemon.Host.Processes.Single(p => p.Identity.Pid == pid && p.State == SimProcessState.Running));
        return new Checkpoint(daemon, daemon.Host.Processes.SingleOrDefault(p => p.Identity.Pid == pid && p.State == SimProcessState.Running)
            ?? throw new EngineException(EngineError.NoSuchProcess, $"no process {pid}"));
    }

    public IHeldJob Prepare(string path, ResumeOptions options) => daemon.Step("prepare", () =>
    {
        byte[] image = File.ReadAllBytes(path);
        if (image.Length != ImageBytes)
        {
            throw new EngineException(EngineError.BadContextFile, $"{path} has {image.Length} bytes");
        }
        string exit = new FileInfo($"/proc/self/fd/{options.ExitStatusFile!.DangerousGetHandle()}").LinkTarget!;
        SimProcess process = daemon.Host.AddProcess(SimProcessState.Held, daemon, BinaryPrimitives.ReadInt32LittleEndian(image), exit);
        return (IHeldJob)new Held(daemon, process);
    });

    private sealed class Checkpoint(SimDaemon daemon, SimProcess opened) : ICheckpoint
    {
        private SimProcess _process = opened;

        public void Freeze() => daemon.Step("freeze", () =>
        {
            _process = daemon.World.BeforeFreeze(_process);
            if (_process.State != SimProcessState.Running)
            {
                throw new EngineException(EngineError.NoSuchProcess, "it has ended");
            }
            (_process.State, _process.Owner) = (SimProcessState.Frozen, daemon);
        });

        /// <summary>What it writes is out of date by the time it is frozen.</summary>
        public void CopyAhead(IImageSink sink)
        {
            daemon.Strike("round");
            sink.Write(0, new byte[ImageBytes]);
            sink.Flush();
        }

        public void Thaw() => throw new NotSupportedException("no program of the world holds itself in place");

        public CaptureReport Capture(IImageSink sink, IProgress<CaptureProgress>? progress)
        {
            byte[] image = new byte[ImageBytes];
            BinaryPrimitives.WriteInt32LittleEndian(image, _process.Progress);
            for (int offset = ImageBytes - PieceBytes; offset >= 0; offset -= PieceBytes)
            {
                daemon.Strike("capture");
                sink.Write(offset, image.AsSpan(offset, PieceBytes));
            }
            return new CaptureReport(ImageBytes, ImageBytes, 1, DateTimeOffset.UtcNow, TimeSpan.Zero);
        }

        public void Kill() => daemon.Step("kill", () => daemon.Host.End(_process, waitStatus: 9));

        public void Dispose()
        {
            lock (daemon.World.Lock)
            {
                if (!daemon.IsDead && _process is { State: SimProcessState.Frozen } && _process.Owner == daemon)
                {
                    (_process.State, _process.Owner) = (SimProcessState.Running, null);
                    daemon.World.Story.Add($"{daemon.Host.Name}: thaw");
                }
            }
        }
    }

    private sealed class Held(SimDaemon daemon, SimProcess process) : IHeldJob
    {
        public int ShellPid => process.Identity.Pid;

        public int Pid => process.Identity.Pid;

        public void Release() => daemon.Step("release", () =>
        {
            if (process.State != SimProcessState.Held)
            {
                throw new EngineException(EngineError.NoSuchProcess, "the held process has ended");
            }
            (process.State, process.Owner) = (SimProcessState.Running, null);
        });

        public void Dispose()
        {
            lock (daemon.World.Lock)
            {
                if (!daemon.IsDead && process.State == SimProcessState.Held)
                {
                    process.State = SimProcessState.Dead;
                    daemon.World.Story.Add($"{daemon.Host.Name}: held copy dropped");
                }
            }
        }
    }
}
