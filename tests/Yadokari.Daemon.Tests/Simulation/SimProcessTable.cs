using Yadokari.Daemon.Jobs;

namespace Yadokari.Daemon.Tests.Simulation;

public sealed class SimProcessTable(SimDaemon daemon) : IProcessTable
{
    public ProcessIdentity? Identify(int pid) => Find(pid)?.Identity;

    public bool IsAlive(ProcessIdentity process) => Find(process.Pid)?.Identity == process;

    public bool Signal(ProcessIdentity process, int signal) => throw new NotSupportedException("no test of moves sends signals");

    public bool SignalGroup(ProcessIdentity process, int signal) => throw new NotSupportedException("no test of moves sends signals");

    public string? DescriptorTarget(int pid, int descriptor)
    {
        JobRecord? job = daemon.Jobs.All.Select(e => e.Record).FirstOrDefault(r => r.IsHere && r.Main.Pid == pid);
        return (job, descriptor) switch
        {
            (null, _) => null,
            (_, 1) => daemon.Host.Home.Output(job.Id, job.Epoch),
            (_, 2) => daemon.Host.Home.Errors(job.Id, job.Epoch),
            _ => "/dev/null",
        };
    }

    public long ResidentBytes(int pid) => SimEngine.ImageBytes;

    public double CpuSeconds(int pid) => 0;

    public async Task<int?> WaitStatusAsync(ProcessIdentity process, CancellationToken cancellation)
    {
        await WaitGoneAsync(process, cancellation);
        return null;
    }

    public async Task WaitGoneAsync(ProcessIdentity process, CancellationToken cancellation)
    {
        while (IsAlive(process))
        {
            await Task.Delay(1, cancellation);
        }
    }

    private SimProcess? Find(int pid)
    {
        lock (daemon.World.Lock)
        {
            daemon.ThrowIfDead("look at processes");
            return daemon.Host.Processes.FirstOrDefault(p => p.Identity.Pid == pid && p.State != SimProcessState.Dead);
        }
    }
}
