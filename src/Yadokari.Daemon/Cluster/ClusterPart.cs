using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Cluster;

/// <summary>Membership, directory and election of a daemon that belongs to a cluster, put together.</summary>
public sealed class ClusterPart : IDisposable
{
    /// <summary>A daemon that has just been started is given so long to become a member before it refuses anything.</summary>
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(5);

    private readonly ICoordinationStore _store;
    private readonly ClusterMembership _membership;
    private readonly JobDirectory _directory;
    private readonly HostSelf _self;
    private DirectoryKeeper? _keeper;
    private StoreMirror? _mirror;

    private ClusterPart(ICoordinationStore store, HostSelf self, ILoggerFactory loggers)
    {
        _store = store;
        _self = self;
        _membership = new ClusterMembership(store, self, BootClock.Now, ClusterMembership.UsualTimeToLive, loggers.CreateLogger<ClusterMembership>());
        _directory = new JobDirectory(store, self, () => _membership.Fence);
        Election = new StoreElection(store, () => _membership.Lease);
        self.Fence = () => _membership.Fence;
        TaskCompletionSource settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _membership.Joined += () => settled.TrySetResult();
        self.Settled = Task.WhenAny(settled.Task, Task.Delay(SettlePatience));
    }

    public IJobDirectory Directory => _directory;

    public StoreElection Election { get; }

    /// <summary>Null when the daemon belongs to no cluster.</summary>
    /// <param name="address">What <c>--cluster</c> said, now or at an earlier start.</param>
    /// <exception cref="YadoException">It is no address of a store.</exception>
    public static ClusterPart? Open(string? address, HostSelf self, ILoggerFactory loggers) =>
        address is not null && ClusterAddress.Open(address) is { } store ? new(store, self, loggers) : null;

    /// <summary>Follows what happens to the jobs, and shows the members to who asks for hosts.</summary>
    public void Follow(JobTable jobs, IProcessTable processes, PeerBook peers, ILoggerFactory loggers)
    {
        DirectoryKeeper keeper = new(_directory, jobs, processes, loggers.CreateLogger<DirectoryKeeper>());
        jobs.Changed += keeper.Note;
        _membership.Joined += keeper.NoteAll;
        _keeper = keeper;
        _mirror = new StoreMirror(
            _store, ClusterKeys.Hosts,
            members => peers.SetMembers([.. members.Values.Select(ClusterJson.ReadMember).OfType<MemberEntry>().Where(m => m.Instance != _self.Instance)]),
            loggers.CreateLogger<StoreMirror>());
    }

    /// <summary>Until the daemon stops. Its address must be known by now.</summary>
    /// <exception cref="YadoException">It has none, so no other host could reach it.</exception>
    public Task RunAsync(CancellationToken stopping)
    {
        if (_self.Address is null || _keeper is null || _mirror is null)
        {
            throw new YadoException(YadoError.WrongUsage, "a host of a cluster needs an address for the others: give one with --listen ADDR:PORT");
        }
        return Task.WhenAll(_membership.RunAsync(stopping), _keeper.RunAsync(stopping), _mirror.RunAsync(stopping));
    }

    public void Dispose() => _store.Dispose();
}
