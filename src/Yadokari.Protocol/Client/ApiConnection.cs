using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Wire;

namespace Yadokari.Protocol.Client;

/// <summary>
/// HTTP/1.1 to one daemon, by its unix socket or its address; to an address by mutual TLS only. Everything that goes wrong
/// is a <see cref="YadoException"/> with one line for the user. Thread-safe.
/// </summary>
public sealed class ApiConnection : IDisposable
{
    /// <summary>How a request tells to which span it belongs (W3C Trace Context).</summary>
    public const string TraceHeader = "traceparent";

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly bool _secured;

    /// <summary>Why the other end's certificate was not believed; null when it was, or there is none.</summary>
    private string? _refusal;

    /// <summary>The host that every connection must be to; the first one decides when nothing was said.</summary>
    private string? _peerName;

    private ApiConnection(string place, Func<CancellationToken, ValueTask<Stream>> connect, bool secured)
    {
        Place = place;
        _secured = secured;
        SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
            MaxResponseDrainSize = 0,
            // The span that the caller is in is told as it is: one of the HTTP client in between would be in no trace.
            ActivityHeadersPropagator = null,
            ConnectCallback = (_, cancellation) => connect(cancellation),
        };
        _http = new HttpClient(handler)
        {
            // Always http: what secures the connection is below, in the stream that the callback gives.
            BaseAddress = new Uri("http://yado"),
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = Limits.MaxResponseBytes,
        };
    }

    /// <summary>Socket path or ADDR:PORT, for messages.</summary>
    public string Place { get; }

    /// <summary>The name in the certificate of the other host; null by a socket, and before the first connection.</summary>
    public string? PeerName => Volatile.Read(ref _peerName);

    /// <summary>What secures connections to other hosts when nothing else is said; null: there are none. A process acts for
    /// one home, which has one certificate: set once, before the first connection.</summary>
    public static ILinkSecurity? DefaultSecurity { get; set; }

    /// <summary>The daemon of a home directory on this machine.</summary>
    public static ApiConnection ToSocket(string path) =>
        new(path, async cancellation => await ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false), secured: false);

    /// <summary>The daemon at ADDR:PORT, or at ADDR and the well-known port.</summary>
    /// <param name="security">Null: <see cref="DefaultSecurity"/>. When that is null, too, every call fails: without
    /// certificates nothing is said to another host.</param>
    /// <param name="name">The host that must be there, by its certificate; null: whoever is there first, and nobody else later.</param>
    /// <exception cref="YadoException">Not an address.</exception>
    public static ApiConnection ToAddress(string address, ILinkSecurity? security = null, string? name = null)
    {
        IPEndPoint end = ParseAddress(address);
        ILinkSecurity? link = security ?? DefaultSecurity;
        ApiConnection? connection = null;
        connection = new(end.ToString(), cancellation => connection!.ConnectSecuredAsync(end, link, cancellation), secured: true) { _peerName = name };
        return connection;
    }

    /// <summary>Reads ADDR:PORT; without a port the well-known one. Names of machines are not looked up.</summary>
    /// <exception cref="YadoException">Not an address; exit status 2.</exception>
    public static IPEndPoint ParseAddress(string text)
    {
        if (text.Length <= Limits.MaxNameLength && IPEndPoint.TryParse(text, out IPEndPoint? end))
        {
            return end.Port == 0 ? new IPEndPoint(end.Address, Limits.Port) : end;
        }
        throw new YadoException(YadoError.WrongUsage, $"'{text}' is not an address: give ADDR:PORT, e.g. 127.0.0.1:{Limits.Port}");
    }

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellation, TimeSpan? timeout = null) =>
        CallAsync(HttpMethod.Get, path, null, answer, timeout, cancellation);

    public Task<T> PostAsync<TBody, T>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> answer, CancellationToken cancellation, TimeSpan? timeout = null) =>
        CallAsync(HttpMethod.Post, path, Json(body, bodyType), answer, timeout, cancellation);

    public Task<T> PostAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellation, TimeSpan? timeout = null) =>
        CallAsync(HttpMethod.Post, path, null, answer, timeout, cancellation);

    public Task<T> PutAsync<T>(string path, HttpContent body, JsonTypeInfo<T> answer, CancellationToken cancellation, TimeSpan? timeout = null) =>
        CallAsync(HttpMethod.Put, path, body, answer, timeout, cancellation);

    public Task<T> DeleteAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellation, TimeSpan? timeout = null) =>
        CallAsync(HttpMethod.Delete, path, null, answer, timeout, cancellation);

    public static HttpContent Json<T>(T body, JsonTypeInfo<T> type)
    {
        ByteArrayContent content = new(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    /// <summary>Sends a request whose answer is a stream without end. The caller disposes the answer.</summary>
    public async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(method, path) { Content = body, Version = HttpVersion.Version11 };
        if (Activity.Current is { Recorded: true, Id: { } span })
        {
            request.Headers.TryAddWithoutValidation(TraceHeader, span);
        }
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or AuthenticationException)
        {
            throw Unreachable(failure);
        }
        if (response.IsSuccessStatusCode)
        {
            return response;
        }
        using (response)
        {
            throw await ReadErrorAsync(response, cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<NetworkStream> ConnectAsync(EndPoint end, CancellationToken cancellation)
    {
        bool isLocal = end.AddressFamily == AddressFamily.Unix;
        Socket socket = new(end.AddressFamily, SocketType.Stream, isLocal ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (!isLocal)
            {
                socket.NoDelay = true;
                LinkWatch.Apply(socket);
            }
            await socket.ConnectAsync(end, cancellation).ConfigureAwait(false);
            if (isLocal)
            {
                SocketOwner.RequireTrusted(socket, end.ToString()!);
            }
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<Stream> ConnectSecuredAsync(IPEndPoint end, ILinkSecurity? link, CancellationToken cancellation)
    {
        if (link is null)
        {
            throw new YadoException(
                YadoError.Failed, $"{end} is not spoken to: this host has no certificate, and hosts talk to each other only with certificates; 'yado cluster init' or 'yado cluster join' gives it one");
        }
        SslClientAuthenticationOptions options = link.ForConnection(end, reason => _refusal = reason);
        SslStream secured = new(await ConnectAsync(end, cancellation).ConfigureAwait(false), leaveInnerStreamOpen: false);
        try
        {
            await secured.AuthenticateAsClientAsync(options, cancellation).ConfigureAwait(false);
            RequireName(end, secured.RemoteCertificate);
            return secured;
        }
        catch
        {
            await secured.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>An address may be another host's by now, and on 127.0.0.1 anybody's: what was meant for one host is not
    /// said to another. Called before the first byte of a request.</summary>
    private void RequireName(IPEndPoint end, X509Certificate? certificate)
    {
        string there = certificate is X509Certificate2 known ? known.GetNameInfo(X509NameType.SimpleName, forIssuer: false) : "";
        string expected = Interlocked.CompareExchange(ref _peerName, there, null) ?? there;
        if (there != expected)
        {
            throw new YadoException(YadoError.Failed, $"{end} is host '{there}' by its certificate, not '{expected}': nothing was sent to it") { Unreachable = true };
        }
    }

    private async Task<T> CallAsync<T>(
        HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> answer, TimeSpan? timeout, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout ?? AnswerTimeout);
        try
        {
            using HttpResponseMessage response = await OpenAsync(method, path, body, limit.Token).ConfigureAwait(false);
            if (response.Content.Headers.ContentType?.MediaType != "application/json")
            {
                throw NotYado();
            }
            byte[] bytes = await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false);
            return JsonSerializer.Deserialize(bytes, answer) ?? throw NotYado();
        }
        catch (JsonException failure)
        {
            throw NotYado(failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw Unreachable(failure);
        }
        catch (OperationCanceledException failure) when (!cancellation.IsCancellationRequested)
        {
            throw new YadoException(YadoError.Failed, $"{Place} does not answer: check that its daemon runs and the network is up", failure) { Unreachable = true };
        }
    }

    private async Task<YadoException> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            try
            {
                byte[] bytes = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
                if (JsonSerializer.Deserialize(bytes, ProtocolJson.Default.ErrorBody) is { } body)
                {
                    return new YadoException(body);
                }
            }
            catch (JsonException failure)
            {
                return NotYado(failure);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException)
            {
                return Unreachable(failure);
            }
        }
        return NotYado();
    }

    private YadoException NotYado(Exception? inner = null) =>
        new(YadoError.Failed, $"{Place} answers, but is not a yado host: check address and port", inner);

    private YadoException Unreachable(Exception failure)
    {
        for (Exception? inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is YadoException said)
            {
                return said;
            }
        }
        if (Interlocked.Exchange(ref _refusal, null) is { } refusal)
        {
            return new YadoException(YadoError.Failed, refusal, failure) { Unreachable = true };
        }
        HttpRequestError? error = (failure as HttpRequestException)?.HttpRequestError;
        if (error is HttpRequestError.InvalidResponse)
        {
            return NotYado(failure);
        }
        bool notThere = error is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError;
        if (_secured && !(notThere && failure.InnerException is SocketException))
        {
            // A refused certificate shows only as an end of the connection (TLS 1.3): the other host's log has the reason.
            return new YadoException(
                YadoError.Failed, $"{Place} broke the connection: its daemon was ended, or does not accept this host's certificate (its log tells), or it is no yado host", failure)
            {
                Unreachable = true,
                Broken = true,
            };
        }
        return notThere
            ? new YadoException(YadoError.Failed, $"no yado host answers at {Place}: start one there with 'yado host'", failure) { Unreachable = true }
            : new YadoException(YadoError.Failed, $"the connection to {Place} broke: check that its daemon runs and the network is up", failure) { Unreachable = true };
    }
}
