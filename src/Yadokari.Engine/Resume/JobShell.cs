namespace Yadokari.Engine.Resume;

/// <summary>A running job: the shell (waiter and init) and the job's main process, by host-level pids.
/// Outlives the caller. The shell is a child of the caller as long as that lives: reap it with <see cref="TryReap"/>.</summary>
public sealed record JobShell(int ShellPid, int Pid)
{
    /// <summary>Starts a program in a new shell; returns when its exec has succeeded.</summary>
    /// <exception cref="EngineException">The program can't be executed or namespaces are not permitted.</exception>
    public static JobShell Start(JobStart start) => throw new NotImplementedException();

    /// <summary>True when the shell has ended, with the wait status of the job; only for the process that started it.</summary>
    public bool TryReap(out int waitStatus) => throw new NotImplementedException();
}
