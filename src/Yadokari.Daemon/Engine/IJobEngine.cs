using Microsoft.Win32.SafeHandles;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Resume;

namespace Yadokari.Daemon.Engine;

/// <summary>The engine as the daemon uses it. A boundary: crash tests put processes of their own behind it.</summary>
public interface IJobEngine
{
    /// <summary><see cref="JobShell.Start"/>.</summary>
    JobShell Start(JobStart start);

    /// <summary><see cref="JobShell.TryReap"/>; false also for a shell that is no child of this process.</summary>
    bool TryReap(JobShell shell, out int waitStatus);

    /// <summary><see cref="CheckpointSession.Open"/>.</summary>
    ICheckpoint Open(int pid, CaptureOptions options);

    /// <summary><see cref="CheckpointSession.Look"/>.</summary>
    JobLook Look(int pid, CaptureOptions options);

    /// <summary>What this host lacks of that which a job needs.</summary>
    /// <param name="needs">What another host says of it: <see cref="JobLook.Needs"/>.</param>
    /// <exception cref="InvalidDataException">It says nothing of that kind.</exception>
    IReadOnlyList<Obstacle> FindMissing(ReadOnlySpan<byte> needs);

    /// <summary>What this host lacks to resume the context file; also says whether it is one.</summary>
    /// <param name="path">The context file.</param>
    /// <param name="isOwn">This daemon wrote it, or looked at it when it came. Any other is refused when it does not do what
    /// its manifest says.</param>
    IReadOnlyList<Obstacle> FindMissing(string path, bool isOwn);

    /// <summary><see cref="Yadokari.Engine.Filling.JobFiller.TryStart"/>; null also where nothing is filled.</summary>
    /// <param name="layout">What another host says of the job.</param>
    /// <param name="mostBytes">Bytes that the context file may have.</param>
    /// <param name="image">The context file to be; the caller's, as the next.</param>
    /// <param name="exitStatusFile">See <see cref="ResumeOptions.ExitStatusFile"/>.</param>
    /// <exception cref="InvalidDataException">It is no layout.</exception>
    IJobFill? Fill(ReadOnlySpan<byte> layout, long mostBytes, SafeFileHandle image, SafeFileHandle exitStatusFile) => null;

    /// <summary><see cref="HeldProcess.Prepare"/>.</summary>
    IHeldJob Prepare(string path, ResumeOptions options);
}
