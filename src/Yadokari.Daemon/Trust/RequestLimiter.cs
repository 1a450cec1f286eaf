using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Yadokari.Daemon.Api;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Trust;

/// <summary>
/// Bounds how many new requests per second one other host may make, so that one that runs wild does not keep this one
/// from its jobs. A stream that is under way (an image, a log) is one request. Programs of this machine are not bounded.
/// </summary>
public sealed class RequestLimiter(int perSecond = RequestLimiter.DefaultPerSecond) : IDisposable
{
    private const int DefaultPerSecond = 500;

    /// <summary>With fewer nobody is forgotten.</summary>
    private const int FewPeers = 256;

    private readonly Lock _lock = new();
    private int _many = FewPeers;

    // Filled again when it is asked: a PartitionedRateLimiter wakes ten times a second for that, on every host that another one has ever asked.
    private readonly Dictionary<string, TokenBucketRateLimiter> _buckets = [];

    /// <summary>How many peers it knows of.</summary>
    public int Peers
    {
        get
        {
            lock (_lock)
            {
                return _buckets.Count;
            }
        }
    }

    /// <summary>One more request of a peer (its name or address) is within its bound.</summary>
    public bool Admits(string peer)
    {
        lock (_lock)
        {
            if (!_buckets.TryGetValue(peer, out TokenBucketRateLimiter? bucket))
            {
                if (_buckets.Count >= _many)
                {
                    ForgetFull();
                    // So that looking through them costs little for each that came.
                    _many = Math.Max(FewPeers, _buckets.Count * 2);
                }
                _buckets[peer] = bucket = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
                {
                    TokenLimit = perSecond * 2,
                    TokensPerPeriod = perSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                    AutoReplenishment = false,
                });
            }
            bucket.TryReplenish();
            using RateLimitLease lease = bucket.AttemptAcquire();
            return lease.IsAcquired;
        }
    }

    public Task Guard(HttpContext context, RequestDelegate next)
    {
        if (ApiCall.IsLocal(context) || Admits(PeerDoor.CallerName(context) ?? context.Connection.RemoteIpAddress?.ToString() ?? ""))
        {
            return next(context);
        }
        return ApiCall.WriteAsync(
            context, new ErrorBody($"more than {perSecond} requests per second: wait a moment", YadoError.Failed, []), ProtocolJson.Default.ErrorBody, StatusCodes.Status429TooManyRequests);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (TokenBucketRateLimiter bucket in _buckets.Values)
            {
                bucket.Dispose();
            }
            _buckets.Clear();
        }
    }

    /// <summary>A full bucket is one like new.</summary>
    private void ForgetFull()
    {
        foreach ((string peer, TokenBucketRateLimiter bucket) in _buckets.ToArray())
        {
            bucket.TryReplenish();
            if (bucket.GetStatistics()?.CurrentAvailablePermits >= perSecond * 2)
            {
                _buckets.Remove(peer);
                bucket.Dispose();
            }
        }
    }
}
