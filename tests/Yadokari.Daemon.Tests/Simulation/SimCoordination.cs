using Yadokari.Daemon.Cluster;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>The store of the world's cluster, as one daemon reaches it: requests and answers may be lost on the way.</summary>
/// <param name="counted">Its calls are steps at which a fault may strike; not where a clock decides how often it is called.</param>
public sealed class SimCoordination(SimDaemon daemon, bool counted) : ICoordinationStore
{
    public string Place => "the world's store";

    public Task<StoreEntry?> GetAsync(string key, CancellationToken cancellation) =>
        CallAsync("look into the directory", () => daemon.World.Directory.GetValueOrDefault(key));

    public Task<long?> CompareAndSetAsync(string key, long expected, string? value, long lease, CancellationToken cancellation) =>
        CallAsync("compare and set", () =>
        {
            Dictionary<string, StoreEntry> directory = daemon.World.Directory;
            if ((directory.GetValueOrDefault(key)?.Revision ?? 0) != expected)
            {
                return (long?)null;
            }
            long revision = ++daemon.World.DirectoryRevision;
            directory[key] = new StoreEntry(key, value!, revision);
            daemon.World.Story.Add($"directory: {value}");
            return revision;
        });

    public Task<long> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellation) => throw Unused();

    public Task<bool> KeepAliveAsync(long lease, CancellationToken cancellation) => throw Unused();

    public Task RevokeLeaseAsync(long lease, CancellationToken cancellation) => throw Unused();

    public Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellation) => throw Unused();

    public IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long fromRevision, CancellationToken cancellation) => throw Unused();

    public void Dispose()
    {
    }

    private Task<T> CallAsync<T>(string what, Func<T> act)
    {
        if (counted)
        {
            daemon.Strike(what + " (request)", SimStepKind.Network);
        }
        T result;
        lock (daemon.World.Lock)
        {
            daemon.ThrowIfDead(what);
            if (daemon.World.StoreSilence > 0)
            {
                daemon.World.StoreSilence--;
                throw new YadoException(YadoError.Failed, "the store does not answer") { Unreachable = true };
            }
            result = act();
        }
        if (counted)
        {
            daemon.Strike(what + " (answer)", SimStepKind.Network);
        }
        return Task.FromResult(result);
    }

    private static NotSupportedException Unused() => new("no test of moves uses it");
}
