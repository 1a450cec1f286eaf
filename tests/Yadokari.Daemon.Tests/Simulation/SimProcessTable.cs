using Yadokari.Daemon.Jobs;

namespace Yadokari.Daemon.Tests.Simulation;

public sealed class SimProcessTable(SimDaemon daemon) : IProcessTable
{
    public ProcessIdentity? Identify(int pid) => Find(pid)?.Identity;

    public bool IsAlive(ProcessIdentity process) => Find(process.Pid)?.Identity == process;

    public bool Signal(ProcessIdentity process, int signal) => throw new NotSupportedException("no test of moves sends signals");

    public bool SignalGroup(ProcessIdentity process, int signal) => throw new NotSupportedException("no test of moves sends signals");

    public IReadOnlyList<string> DescriptorTargets(int pid) => throw new NotSupportedException("no test of moves saves by pid");

    public long ResidentBytes(int pid) => SimEngine.ImageBytes;

    public (long ResidentBytes, double CpuSeconds) Use(int pid) => (ResidentBytes(pid), 0);

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
