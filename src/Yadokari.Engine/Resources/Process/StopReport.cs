namespace Yadokari.Engine.Resources.Process;

/// <summary>What the parent of a stopped process knows of it.</summary>
public enum StopReport
{
    /// <summary>Nothing yet: SIGSTOP has just been sent to it. Also of a job's main process, whose parent is not the job's.</summary>
    Coming,

    /// <summary>It has got its SIGCHLD, and wait(2) will tell it.</summary>
    Waiting,

    /// <summary>wait(2) has told it.</summary>
    Taken,
}
