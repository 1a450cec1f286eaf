using Yadokari.Daemon.Engine;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
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
            throw Ended(job);
        }
    }

    /// <summary>Opens it for a capture.</summary>
    /// <returns>To be disposed.</returns>
    /// <exception cref="YadoException">It has ended, also just now; exit status 4. Or it has obstacles; exit status 3.</exception>
    public static ICheckpoint Open(IProcessTable processes, IJobEngine engine, JobRecord job, CaptureOptions options)
    {
        Require(processes, job);
        try
        {
            return engine.Open(job.Main.Pid, options);
        }
        catch (EngineException failure) when (failure.Error == EngineError.NoSuchProcess && !processes.IsAlive(job.Main))
        {
            throw Ended(job, failure);
        }
        catch (Exception failure) when (failure is ObstacleException or EngineException)
        {
            throw EngineCall.Translate(failure);
        }
    }

    /// <summary>Without its number, which is another on the host of whoever asked.</summary>
    private static YadoException Ended(JobRecord job, Exception? failure = null) =>
        new(YadoError.NotFound, $"job '{job.Name}' does not run here any more: its process has ended", failure);
}
