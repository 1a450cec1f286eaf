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

    /// <summary>What this host lacks to resume the context file; also says whether it is one.</summary>
    /// <param name="path">The context file.</param>
    /// <param name="isOwn">This daemon wrote it, or looked at it when it came. Any other is refused when it does not do what
    /// its manifest says.</param>
    IReadOnlyList<Obstacle> FindMissing(string path, bool isOwn);

    /// <summary><see cref="HeldProcess.Prepare"/>.</summary>
    IHeldJob Prepare(string path, ResumeOptions options);
}
