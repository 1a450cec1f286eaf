using System.Text.Json;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Cluster;

/// <summary>
/// This host's place in the cluster: its name, claimed under a lease. When it can't renew the lease it fences itself by its
/// own clock, before the others can think it gone: it takes no jobs, starts no move, commits none. Its jobs run on.
/// </summary>
/// <param name="clock">Must not stand still while the machine is suspended.</param>
public sealed partial class ClusterMembership(ICoordinationStore store, HostSelf self, Func<TimeSpan> clock, TimeSpan timeToLive, ILogger<ClusterMembership> logger)
{
    /// <summary>A member lives so long without a word.</summary>
    public static readonly TimeSpan UsualTimeToLive = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private long _lease;
    private TimeSpan _validUntil;
    private string? _refusal;
    private bool _wasMember;

    /// <summary>Told each time this host has become a member, also again.</summary>
    public event Action? Joined;

    /// <summary>Null as long as the lease surely lives; else one line that says why this host may not act for the cluster.</summary>
    public string? Fence
    {
        get
        {
            lock (_lock)
            {
                return _lease != 0 && clock() < _validUntil
                    ? null
                    : _refusal ?? $"host {self.Name} has no contact with {store.Place}: jobs run on, but it takes and moves none until that answers";
            }
        }
    }

    /// <summary>The lease, for keys that go with this host; null while it is fenced.</summary>
    public long? Lease
    {
        get
        {
            lock (_lock)
            {
                return Fence is null ? _lease : null;
            }
        }
    }

    /// <summary>Claims and renews until the daemon stops, and leaves then, so that the others know at once.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await (await RenewAsync(stopping).ConfigureAwait(false) ? Task.Delay(timeToLive / 3, stopping) : Task.Delay(Pause, stopping))
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (YadoException failure)
            {
                if (Fence is { } reason && _wasMember)
                {
                    _wasMember = false;
                    LogFenced(logger, reason, failure.Message);
                }
                await Task.Delay(Pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
        }
        await LeaveAsync().ConfigureAwait(false);
    }

    /// <summary>One step; true when this host is a member after it.</summary>
    /// <exception cref="YadoException">The store can't be reached.</exception>
    public async Task<bool> RenewAsync(CancellationToken cancellation)
    {
        // From before the question: when the answer comes the lease may have been renewed a while ago.
        TimeSpan asked = clock();
        if (_lease != 0 && await store.KeepAliveAsync(_lease, cancellation).ConfigureAwait(false))
        {
            Enter(_lease, asked);
            return true;
        }
        Enter(0, asked);
        long lease = await store.GrantLeaseAsync(timeToLive, cancellation).ConfigureAwait(false);
        if (!await ClaimAsync(lease, cancellation).ConfigureAwait(false))
        {
            await store.RevokeLeaseAsync(lease, cancellation).ConfigureAwait(false);
            return false;
        }
        Enter(lease, asked);
        return true;
    }

    private async Task<bool> ClaimAsync(long lease, CancellationToken cancellation)
    {
        string key = ClusterKeys.Host(self.Name);
        StoreEntry? present = await store.GetAsync(key, cancellation).ConfigureAwait(false);
        MemberEntry? other = present is null ? null : ClusterJson.ReadMember(present.Value);
        if (other is not null && other.Instance != self.Instance)
        {
            string reason = $"another host, at {other.Address}, has the name '{self.Name}' in the cluster: start this one with another --name";
            if (_refusal != reason)
            {
                LogRefused(logger, reason);
            }
            _refusal = reason;
            return false;
        }
        _refusal = null;
        string value = JsonSerializer.Serialize(new MemberEntry(self.Name, self.Instance, self.Address!), ClusterJson.Default.MemberEntry);
        return await store.CompareAndSetAsync(key, present?.Revision ?? 0, value, lease, cancellation).ConfigureAwait(false) is not null;
    }

    private void Enter(long lease, TimeSpan asked)
    {
        bool joined;
        lock (_lock)
        {
            joined = lease != 0 && !_wasMember;
            _lease = lease;
            _validUntil = lease == 0 ? TimeSpan.Zero : asked + timeToLive - (timeToLive / 6);
            _wasMember = lease != 0;
        }
        if (joined)
        {
            LogJoined(logger, self.Name, store.Place);
            Joined?.Invoke();
        }
    }

    private async Task LeaveAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(2));
        try
        {
            if (_lease != 0)
            {
                await store.RevokeLeaseAsync(_lease, patience.Token).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is YadoException or OperationCanceledException)
        {
            // The lease ends by itself.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "host {Name} belongs to the cluster of {Place}")]
    private static partial void LogJoined(ILogger logger, string name, string place);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason} ({Failure})")]
    private static partial void LogFenced(ILogger logger, string reason, string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}
