using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Jobs;

/// <summary>Whether a number still means a job's process. When a host has lost its power numbers begin anew: that of a job which went
/// down may be another job's when it is looked at.</summary>
internal static class OwnProcess
{
    /// <summary>To be asked before a process is opened for a capture, and once more when it stands still: from then on its number
    /// can't come to mean another.</summary>
    /// <exception cref="YadoException">It has ended; exit status 4.</exception>
    public static void Require(IProcessTable processes, JobRecord job)
    {
        if (!processes.IsAlive(job.Main))
        {
            throw new YadoException(YadoError.NotFound, $"job '{job.Name}' does not run here any more: its process has ended");
        }
    }
}
