using System.Collections.Concurrent;
using System.Net;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Client;

/// <summary>
/// Follows a service that moves: <c>new HttpClient(new YadokariHandler())</c>. Each call that may change something gets a
/// number, is made again under the same number until it is answered, and so runs exactly once; "moved" is followed, to hosts
/// of the cluster only. Works below anything that uses HttpClient. Thread-safe.
/// </summary>
public sealed class YadokariHandler : DelegatingHandler
{
    /// <summary>Set on the request when its answer is there.</summary>
    public static readonly HttpRequestOptionsKey<CallReport> Report = new("yadokari.report");

    /// <summary>After so many failures the daemons are asked, and from then on each time.</summary>
    private const int FailuresBeforeAsking = 3;

    private readonly YadokariClientOptions _options;
    private readonly ClusterDirectory _directory;
    private readonly ConcurrentDictionary<string, ServiceRoute> _routes = new();

    public YadokariHandler()
        : this(new YadokariClientOptions())
    {
    }

    /// <param name="options">Not changed afterwards.</param>
    /// <param name="inner">What sends; by default a handler whose connections are given up soon when nobody answers.</param>
    public YadokariHandler(YadokariClientOptions options, HttpMessageHandler? inner = null)
        : base(new OpaqueHandler(inner ?? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            EnableMultipleHttp2Connections = true,
            // A gRPC call may be silent for long: whether anybody is there is asked beside it.
            KeepAlivePingDelay = TimeSpan.FromSeconds(5),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        }))
    {
        _options = options;
        _directory = new ClusterDirectory(options);
    }

    /// <summary>A call that changes nothing (RFC 9110, 9.2.1), and so needs no number.</summary>
    internal static bool IsSafe(HttpMethod method) => method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options;

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, cancellationToken).GetAwaiter().GetResult();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Uri uri = request.RequestUri ?? throw new InvalidOperationException("the request has no address");
        _directory.Prepare();
        ServiceRoute route = _routes.GetOrAdd(uri.Authority, authority => new ServiceRoute(authority));
        bool streaming = _options.IsStreaming(request);
        KeptRequest kept = await KeptRequest.TakeAsync(request, _options.MaxRequestBytes, cancellationToken).ConfigureAwait(false);
        CallKind kind = streaming ? CallKind.Streaming : !KeptRequest.IsGrpc(request) ? CallKind.Plain : kept.Live is null ? CallKind.GrpcMessage : CallKind.GrpcStream;
        Journey journey = new() { Http2 = request.Version.Major >= 2, Kind = kind };
        (long Number, long Acknowledged)? call = kind is CallKind.Streaming or CallKind.GrpcStream || IsSafe(request.Method) ? null : route.Begin();
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.Deadline);
        try
        {
            return await TravelAsync(request, kept, route, call, journey, deadline.Token, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            HttpRequestException unanswered = new(
                $"{uri.Authority} has not answered for {_options.Deadline.TotalSeconds:0.#} s ({journey.Attempts} attempts, last at {route.Authority}): "
                + "the call may have run or not", journey.LastFailure ?? failure);
            kept.Live?.Break(unanswered);
            throw unanswered;
        }
        catch (Exception failure)
        {
            kept.Live?.Break(failure);
            throw;
        }
        finally
        {
            if (call is var (number, _))
            {
                route.End(number);
            }
        }
    }

    private async Task<HttpResponseMessage> TravelAsync(
        HttpRequestMessage request, KeptRequest kept, ServiceRoute route, (long Number, long Acknowledged)? call, Journey journey,
        CancellationToken deadline, CancellationToken caller)
    {
        while (true)
        {
            journey.Attempts++;
            string? ahead = journey.TakeAhead();
            string? ready = ahead ?? (call is null && journey.Kind != CallKind.Plain || journey.WasSentAhead ? null : route.Next.Ready);
            string place = ahead ?? route.Authority;
            HttpRequestMessage attempt = kept.Make(route, place, call, journey.Doubts + 1, ready);
            HttpResponseMessage? response = null;
            bool gone = false;
            try
            {
                (response, Answer answer) = await AttemptAsync(attempt, journey.Kind, deadline, caller).ConfigureAwait(false);
                bool sentAhead = ready is not null && answer.IsSentAhead(ready);
                bool answered = answer.Moved is null && !sentAhead && !answer.IsToBeTriedAgain;
                if (answered && (ahead is null || TryArrive(route, ahead, answer, journey)))
                {
                    return Accept(request, kept, route, place, response, answer, journey);
                }
                response.Dispose();
                attempt.Dispose();
                if (!kept.IsKept)
                {
                    throw new HttpRequestException($"{place} has not run the call, and what was sent of it is too much to be sent again: call again");
                }
                gone = sentAhead ? journey.TrySendAhead(ready!)
                    : answer.Moved is { } moved && await FollowAsync(route, moved, answer.Epoch!.Value, journey, deadline).ConfigureAwait(false);
            }
            catch (Exception failure) when (IsPassing(failure, deadline) && MayBeMadeAgain(journey.Kind, kept, failure, response))
            {
                response?.Dispose();
                attempt.Dispose();
                journey.LastFailure = failure;
                journey.Doubts += HasNotArrived(failure) ? 0 : 1;
            }
            if (!gone)
            {
                journey.Failures++;
            }
            await PauseAsync(route, journey, gone, deadline).ConfigureAwait(false);
        }
    }

    private HttpResponseMessage Accept(
        HttpRequestMessage request, KeptRequest kept, ServiceRoute route, string place, HttpResponseMessage response, Answer answer, Journey journey)
    {
        kept.Live?.Release();
        if (answer.Service is { } service)
        {
            route.Learn(place, service, answer.Epoch ?? 0);
        }
        PrepareMove(route, answer, request);
        request.Options.Set(Report, new CallReport(journey.Attempts, journey.Moves));
        response.RequestMessage = request;
        return response;
    }

    private async Task<(HttpResponseMessage Response, Answer Answer)> AttemptAsync(HttpRequestMessage attempt, CallKind kind, CancellationToken deadline, CancellationToken caller)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        if (kind == CallKind.Plain)
        {
            limit.CancelAfter(_options.AttemptTimeout);
        }
        // A gRPC call goes on behind its first answer, and may be silent for as long as its caller waits.
        CancellationToken stop = kind switch { CallKind.Plain => limit.Token, CallKind.Streaming => deadline, _ => caller };
        HttpResponseMessage response = await base.SendAsync(attempt, stop).ConfigureAwait(false);
        try
        {
            Answer answer = Answer.Of(response);
            if (kind == CallKind.Plain || (kind == CallKind.GrpcMessage && answer.IsKept))
            {
                // A reply that breaks off is asked for again: only a whole one counts.
                await response.Content.LoadIntoBufferAsync(_options.MaxReplyBytes, stop).ConfigureAwait(false);
            }
            return (response, answer);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>A call that was sent ahead of the move is answered: the service has come. False when it is another one that answers there.</summary>
    private static bool TryArrive(ServiceRoute route, string ahead, Answer answer, Journey journey)
    {
        if (answer.Epoch is not { } epoch || !route.TryArrive(ahead, answer.Service, epoch))
        {
            return false;
        }
        journey.Moves++;
        return true;
    }

    /// <summary>It failed before anybody had it.</summary>
    private static bool HasNotArrived(Exception failure) => failure is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    };

    /// <summary>Of a stream of requests nobody keeps a reply, so it is made again only when it has not arrived.</summary>
    private static bool MayBeMadeAgain(CallKind kind, KeptRequest kept, Exception failure, HttpResponseMessage? response) => kind switch
    {
        CallKind.Streaming => response is null,
        CallKind.GrpcStream => response is null && kept.IsKept && HasNotArrived(failure),
        _ => true,
    };

    /// <summary>A server may send the client to another port of its own host, or to a host of its cluster.</summary>
    private async Task<bool> IsBelievedAsync(ServiceRoute route, IPAddress address, CancellationToken cancellation) =>
        route.IsSameHost(address) || await _directory.IsMemberAsync(address, cancellation).ConfigureAwait(false);

    /// <summary>Goes to the new place when it may be believed.</summary>
    private async Task<bool> FollowAsync(ServiceRoute route, IPEndPoint moved, int epoch, Journey journey, CancellationToken deadline)
    {
        if (!await IsBelievedAsync(route, moved.Address, deadline).ConfigureAwait(false))
        {
            throw new UntrustedMoveException($"{route.Authority} says that the service has moved to {moved}, which is no host of its cluster: not followed");
        }
        if (!route.TryFollow(moved.ToString(), epoch))
        {
            // Whoever said so knows less than this client, or this client was told an epoch that is none: others are asked.
            journey.LastFailure = new HttpRequestException($"{route.Authority} tells of an old move, epoch {epoch} after {route.Epoch}");
            journey.NotFollowed = (moved, epoch);
            return false;
        }
        journey.Moves++;
        return true;
    }

    /// <summary>Connects to where the service is about to be, behind, so that a call that meets the move needs not.</summary>
    private void PrepareMove(ServiceRoute route, Answer answer, HttpRequestMessage request)
    {
        if (answer.Next is { } next && IPEndPoint.TryParse(next, out IPEndPoint? end))
        {
            int count = route.Next.Begin(next, request.Version.Major >= 2 ? 1 : route.Outstanding);
            for (int i = 0; i < count; i++)
            {
                _ = Task.Run(async () => route.Next.End(next, await TryConnectAheadAsync(route, end, request.RequestUri!.Scheme, request.Version).ConfigureAwait(false)));
            }
        }
    }

    private async Task<bool> TryConnectAheadAsync(ServiceRoute route, IPEndPoint end, string scheme, Version version)
    {
        using CancellationTokenSource limit = new(_options.AttemptTimeout);
        try
        {
            if (!await IsBelievedAsync(route, end.Address, limit.Token).ConfigureAwait(false))
            {
                return false;
            }
            using HttpRequestMessage request = new(HttpMethod.Head, new Uri($"{scheme}://{end}/"))
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            request.Headers.Add(MovedHeaders.Connect, "1");
            using HttpResponseMessage response = await base.SendAsync(request, limit.Token).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.NoContent;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It has saved nothing: the first call there connects by itself.
            return false;
        }
    }

    private async Task PauseAsync(ServiceRoute route, Journey journey, bool gone, CancellationToken deadline)
    {
        if (journey.Pause > TimeSpan.Zero)
        {
            await Task.Delay(journey.Pause, deadline).ConfigureAwait(false);
        }
        if (gone || journey.Failures < FailuresBeforeAsking)
        {
            return;
        }
        List<(string, int)> places = (_options.Service ?? route.Service) is { } service
            ? [.. (await _directory.FindAsync(service, deadline).ConfigureAwait(false)).Select(p => (journey.Http2 ? p.Http2Address : p.Address, p.Epoch))]
            : [];
        if (journey.NotFollowed is var (told, epoch))
        {
            places.Add((told.ToString(), epoch));
        }
        if (journey.Choose(places) is var (authority, at))
        {
            route.Correct(authority, at);
        }
    }

    /// <summary>The connection failed or nobody answered in time, so it is worth trying again.</summary>
    private static bool IsPassing(Exception failure, CancellationToken deadline) =>
        !deadline.IsCancellationRequested && failure is not UntrustedMoveException
        && failure is HttpRequestException { HttpRequestError: not HttpRequestError.ConfigurationLimitExceeded } or IOException or OperationCanceledException;
}
