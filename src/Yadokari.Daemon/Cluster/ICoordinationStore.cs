namespace Yadokari.Daemon.Cluster;

/// <summary>
/// What hosts need to agree on anything: keys with revisions, compare-and-set, leases, watches. Two stores are behind it,
/// held to the same tests: SQLite for daemons that share a file, etcd for a cluster. Thread-safe. Whatever can't be reached
/// is a <see cref="Protocol.Errors.YadoException"/> that says so and is marked as unreachable; a write may then have
/// happened or not, or happen later.
/// </summary>
public interface ICoordinationStore : IDisposable
{
    /// <summary>Where it is, for messages.</summary>
    string Place { get; }

    /// <summary>Makes a lease: keys written with it are deleted when it was not kept alive for so long.</summary>
    /// <param name="timeToLive">Whole seconds, at least 2.</param>
    Task<long> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellation);

    /// <summary>Gives a lease its whole time again.</summary>
    /// <returns>False: it has expired, and its keys are gone.</returns>
    Task<bool> KeepAliveAsync(long lease, CancellationToken cancellation);

    /// <summary>Ends a lease and deletes its keys.</summary>
    Task RevokeLeaseAsync(long lease, CancellationToken cancellation);

    Task<StoreEntry?> GetAsync(string key, CancellationToken cancellation);

    Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>Writes a key if nobody has written it since.</summary>
    /// <param name="expected">The revision it must still have; 0: it must not be there (a claim).</param>
    /// <param name="value">Null deletes it.</param>
    /// <param name="lease">0: none.</param>
    /// <returns>The new revision; null when it was not as expected, and nothing was written.</returns>
    Task<long?> CompareAndSetAsync(string key, long expected, string? value, long lease, CancellationToken cancellation);

    /// <summary>Changes under a prefix, each once and in order, from a revision on and without end.</summary>
    /// <exception cref="RevisionGoneException">The store has forgotten them.</exception>
    IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long fromRevision, CancellationToken cancellation);
}
