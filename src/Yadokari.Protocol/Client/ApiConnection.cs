using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Wire;

namespace Yadokari.Protocol.Client;

/// <summary>
/// HTTP/1.1 to one daemon, by its unix socket or its address. Everything that goes wrong is a
/// <see cref="YadoException"/> with one line for the user. Thread-safe.
/// </summary>
public sealed class ApiConnection : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;

    private ApiConnection(string place, SocketsHttpHandler handler)
    {
        Place = place;
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri("http://yado"),
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = Limits.MaxResponseBytes,
        };
    }

    /// <summary>Socket path or ADDR:PORT, for messages.</summary>
    public string Place { get; }

    /// <summary>The daemon of a home directory on this machine.</summary>
    public static ApiConnection ToSocket(string path) =>
        new(path, Handler(() => new UnixDomainSocketEndPoint(path), AddressFamily.Unix));

    /// <summary>The daemon at ADDR:PORT, or at ADDR and the well-known port.</summary>
    /// <exception cref="YadoException">Not an address.</exception>
    public static ApiConnection ToAddress(string address)
    {
        IPEndPoint end = ParseAddress(address);
        return new(end.ToString(), Handler(() => end, end.AddressFamily));
    }

    /// <summary>Reads ADDR:PORT; without a port the well-known one. Names of machines are not looked up.</summary>
    /// <exception cref="YadoException">Not an address; exit status 2.</exception>
    public static IPEndPoint ParseAddress(string text)
    {
        if (text.Length <= Limits.MaxNameLength && IPEndPoint.TryParse(text, out IPEndPoint? end))
        {
            return end.Port == 0 ? new IPEndPoint(end.Address, Limits.Port) : end;
        }
        throw new YadoException(2, $"'{text}' is not an address: give ADDR:PORT, e.g. 127.0.0.1:{Limits.Port}");
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
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
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

    private static SocketsHttpHandler Handler(Func<EndPoint> end, AddressFamily family) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
        MaxResponseDrainSize = 0,
        ConnectCallback = async (_, cancellation) =>
        {
            Socket socket = new(family, SocketType.Stream, family == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
            try
            {
                if (family != AddressFamily.Unix)
                {
                    socket.NoDelay = true;
                    LinkWatch.Apply(socket);
                }
                await socket.ConnectAsync(end(), cancellation).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

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
            throw new YadoException(1, $"{Place} does not answer: check that its daemon runs and the network is up", failure) { Unreachable = true };
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
        new(1, $"{Place} answers, but is not a yado host: check address and port", inner);

    private YadoException Unreachable(Exception failure)
    {
        HttpRequestError? error = (failure as HttpRequestException)?.HttpRequestError;
        if (error is HttpRequestError.InvalidResponse)
        {
            return NotYado(failure);
        }
        return error is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            ? new YadoException(1, $"no yado host answers at {Place}: start one there with 'yado host'", failure) { Unreachable = true }
            : new YadoException(1, $"the connection to {Place} broke: check that its daemon runs and the network is up", failure) { Unreachable = true };
    }
}
