using System.Collections.Concurrent;
using System.Globalization;
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

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

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
        : base(inner ?? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            EnableMultipleHttp2Connections = true,
        })
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
        (long Number, long Acknowledged)? call = streaming || IsSafe(request.Method) ? null : route.Begin();
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.Deadline);
        Journey journey = new() { Http2 = request.Version.Major >= 2 };
        try
        {
            return await TravelAsync(request, kept, route, call, streaming, journey, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(
                $"{uri.Authority} has not answered for {_options.Deadline.TotalSeconds:0.#} s ({journey.Attempts} attempts, last at {route.Authority}): "
                + "the call may have run or not", journey.LastFailure ?? failure);
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
        HttpRequestMessage request, KeptRequest kept, ServiceRoute route, (long Number, long Acknowledged)? call, bool streaming, Journey journey, CancellationToken deadline)
    {
        while (true)
        {
            journey.Attempts++;
            string? ahead = journey.TakeAhead();
            string? ready = ahead ?? (streaming || journey.WasSentAhead ? null : route.Next.Ready);
            HttpRequestMessage attempt = kept.Make(route, ahead ?? route.Authority, call, journey.Attempts, ready);
            HttpResponseMessage? response = null;
            try
            {
                response = await AttemptAsync(attempt, streaming, deadline).ConfigureAwait(false);
                IPEndPoint? moved = ReadMoved(response, out int epoch);
                bool sentAhead = moved is null && ready is not null && IsSentAhead(response, ready);
                bool answered = moved is null && !sentAhead && !IsToBeTriedAgain(response);
                if (answered && (ahead is null || Arrive(route, ahead, response, journey)))
                {
                    Learn(route, response);
                    PrepareMove(route, response, request);
                    request.Options.Set(Report, new CallReport(journey.Attempts, journey.Moves));
                    response.RequestMessage = request;
                    return response;
                }
                response.Dispose();
                attempt.Dispose();
                if (sentAhead && journey.TrySendAhead(ready!))
                {
                    continue;
                }
                if (moved is not null && await FollowAsync(route, moved, epoch, journey, deadline).ConfigureAwait(false))
                {
                    continue;
                }
            }
            catch (Exception failure) when (IsPassing(failure, deadline) && (!streaming || response is null))
            {
                response?.Dispose();
                attempt.Dispose();
                journey.LastFailure = failure;
            }
            await PauseAsync(route, journey, deadline).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> AttemptAsync(HttpRequestMessage attempt, bool streaming, CancellationToken deadline)
    {
        if (streaming)
        {
            return await base.SendAsync(attempt, deadline).ConfigureAwait(false);
        }
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        limit.CancelAfter(_options.AttemptTimeout);
        HttpResponseMessage response = await base.SendAsync(attempt, limit.Token).ConfigureAwait(false);
        try
        {
            // A reply that breaks off is asked for again: only a whole one counts.
            await response.Content.LoadIntoBufferAsync(_options.MaxReplyBytes, limit.Token).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>A call that was sent ahead of the move is answered: the service has come. False when it is another one that answers there.</summary>
    private static bool Arrive(ServiceRoute route, string ahead, HttpResponseMessage response, Journey journey)
    {
        if (ReadEpoch(response) is not { } epoch || !route.TryFollow(ahead, epoch, again: true))
        {
            return false;
        }
        journey.Moves++;
        return true;
    }

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
        if (!route.TryFollow(moved.ToString(), epoch, again: false))
        {
            // Whoever said so knows less than this client: it was true once.
            journey.LastFailure = new HttpRequestException($"{route.Authority} tells of an old move, epoch {epoch} after {route.Epoch}");
            return false;
        }
        journey.Moves++;
        return true;
    }

    /// <summary>Connects to where the service is about to be, behind, so that a call that meets the move needs not.</summary>
    private void PrepareMove(ServiceRoute route, HttpResponseMessage response, HttpRequestMessage request)
    {
        if (Header(response, MovedHeaders.Next) is { } next && IPEndPoint.TryParse(next, out IPEndPoint? end))
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

    private async Task PauseAsync(ServiceRoute route, Journey journey, CancellationToken deadline)
    {
        journey.Failures++;
        TimeSpan pause = FirstPause * Math.Pow(2, Math.Min(journey.Failures - 1, 16));
        await Task.Delay(pause < LongestPause ? pause : LongestPause, deadline).ConfigureAwait(false);
        if (journey.Failures < FailuresBeforeAsking || (_options.Service ?? route.Service) is not { } service)
        {
            return;
        }
        if (await _directory.FindAsync(service, deadline).ConfigureAwait(false) is { } place)
        {
            route.TryFollow(journey.Http2 ? place.Http2Address : place.Address, place.Epoch, again: true);
        }
    }

    private static void Learn(ServiceRoute route, HttpResponseMessage response)
    {
        if (Header(response, MovedHeaders.Service) is { } service)
        {
            route.Learn(service, ReadEpoch(response) ?? 0);
        }
    }

    private static int? ReadEpoch(HttpResponseMessage response) =>
        int.TryParse(Header(response, MovedHeaders.Epoch), NumberStyles.None, CultureInfo.InvariantCulture, out int epoch) ? epoch : null;

    /// <summary>Where a "moved" leads; null when the answer is none.</summary>
    private static IPEndPoint? ReadMoved(HttpResponseMessage response, out int epoch)
    {
        epoch = ReadEpoch(response) ?? -1;
        return epoch >= 0 && Header(response, MovedHeaders.Moved) is { } moved && IPEndPoint.TryParse(moved, out IPEndPoint? end) ? end : null;
    }

    /// <summary>The server says that it has not run the call, which may be made at the next place. A redirect of the program's own, which
    /// also tells of the next place, is one that the service has answered.</summary>
    private static bool IsSentAhead(HttpResponseMessage response, string ready) =>
        response.StatusCode == HttpStatusCode.TemporaryRedirect && Header(response, MovedHeaders.Service) is null && Header(response, MovedHeaders.Next) == ready;

    /// <summary>The server says that it has not run the call and that it may be made again.</summary>
    private static bool IsToBeTriedAgain(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is not null && response.Content.Headers.ContentLength == 0;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    /// <summary>The connection failed or nobody answered in time, so it is worth trying again.</summary>
    private static bool IsPassing(Exception failure, CancellationToken deadline) =>
        !deadline.IsCancellationRequested && failure is not UntrustedMoveException
        && failure is HttpRequestException { HttpRequestError: not HttpRequestError.ConfigurationLimitExceeded } or IOException or OperationCanceledException;

    /// <summary>What has happened to one call so far.</summary>
    private sealed class Journey
    {
        private string? _ahead;

        public int Attempts { get; set; }

        public int Failures { get; set; }

        public int Moves { get; set; }

        public bool Http2 { get; init; }

        public Exception? LastFailure { get; set; }

        /// <summary>The call was sent ahead of a move once. When that failed, it stays with the service.</summary>
        public bool WasSentAhead { get; private set; }

        /// <summary>Sends the next attempt to the next place; false: it has been there.</summary>
        public bool TrySendAhead(string next)
        {
            if (WasSentAhead)
            {
                return false;
            }
            (_ahead, WasSentAhead) = (next, true);
            return true;
        }

        /// <summary>Where the next attempt goes instead, if anywhere; for one attempt.</summary>
        public string? TakeAhead()
        {
            string? ahead = _ahead;
            _ahead = null;
            return ahead;
        }
    }
}
