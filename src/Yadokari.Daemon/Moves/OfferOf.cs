using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>What a source says of a job to a host that is to take it.</summary>
internal static class OfferOf
{
    /// <returns>Where this host is asked for the verdict.</returns>
    /// <exception cref="YadoException">The job is not here, or no host could ask this one.</exception>
    public static string RequireMovable(JobRecord job, HostSelf self)
    {
        if (!job.IsHere)
        {
            throw job.State == JobState.Moved
                ? new YadoException(YadoError.NotFound, $"job '{job.Name}' is on host {job.MovedTo}: ask there")
                : new YadoException(YadoError.NotFound, $"job '{job.Name}' has ended");
        }
        return self.Address
            ?? throw new YadoException(YadoError.Failed, "this host has no address for others: restart its daemon with 'yado host --listen ADDR:PORT'");
    }

    /// <exception cref="YadoException">It is this host itself.</exception>
    public static void RequireOther(HostInfo there, JobRecord job, HostSelf self)
    {
        if (there.Instance == self.Instance)
        {
            throw new YadoException(YadoError.WrongUsage, $"job '{job.Name}' is on host {self.Name} already");
        }
    }

    public static MoveOffer Job(string move, JobRecord job, string ownAddress, HostSelf self, IProcessTable processes, LogStreams logs) => new()
    {
        MoveId = move,
        ProtocolVersion = ProtocolVersion.Current,
        Build = HostFacts.Build,
        JobId = job.Id,
        JobName = job.Name,
        Arguments = job.Arguments,
        Uid = job.Uid,
        Started = job.Started,
        Epoch = job.Epoch + 1,
        Plan = job.Plan,
        Tcp = job.Tcp,
        Limits = job.Limits,
        LogSize = job.LogSize,
        LogsFrom = Math.Max(logs.OutputSent, logs.ErrorsSent),
        EstimatedBytes = processes.ResidentBytes(job.Main.Pid) + processes.CarriedBytes(job.Main.Pid) + logs.Bytes,
        SourceName = self.Name,
        SourceAddress = ownAddress,
        SourceInstance = self.Instance,
        Mailbox = job.Mailbox,
    };
}
