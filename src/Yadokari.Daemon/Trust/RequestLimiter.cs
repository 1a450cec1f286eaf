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

    // Made for the first request of another host: it wakes ten times a second from then on, which an idle host alone can do without.
    private readonly Lazy<PartitionedRateLimiter<string>> _limiter = new(() => PartitionedRateLimiter.Create<string, string>(peer =>
        RateLimitPartition.GetTokenBucketLimiter(peer, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond * 2,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        })));

    /// <summary>One more request of a peer (its name or address) is within its bound.</summary>
    public bool Admits(string peer)
    {
        using RateLimitLease lease = _limiter.Value.AttemptAcquire(peer);
        return lease.IsAcquired;
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
        if (_limiter.IsValueCreated)
        {
            _limiter.Value.Dispose();
        }
    }
}
