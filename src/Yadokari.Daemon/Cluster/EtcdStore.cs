using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Cluster;

/// <summary>
/// etcd 3.4 or newer by its JSON gateway (etcd.io/docs/v3.4/dev-guide/api_grpc_gateway): numbers are strings there, keys and
/// values base64, and what is false or zero is left out. Reads are linearizable, as is etcd's default.
/// </summary>
public sealed class EtcdStore : ICoordinationStore
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http;
    private readonly IReadOnlyList<IPEndPoint> _ends;
    private int _chosen;

    /// <param name="ends">The members of the etcd cluster; another is tried when one does not answer.</param>
    public EtcdStore(IReadOnlyList<IPEndPoint> ends)
    {
        _ends = ends;
        Place = "etcd at " + string.Join(',', ends);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = ConnectTimeout })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = Limits.MaxResponseBytes,
        };
    }

    public string Place { get; }

    public async Task<long> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellation)
    {
        using JsonDocument answer = await CallAsync("/v3/lease/grant", new() { ["TTL"] = Text((long)timeToLive.TotalSeconds) }, cancellation).ConfigureAwait(false);
        return Number(answer.RootElement, "ID");
    }

    public async Task<bool> KeepAliveAsync(long lease, CancellationToken cancellation)
    {
        using JsonDocument answer = await CallAsync("/v3/lease/keepalive", new() { ["ID"] = Text(lease) }, cancellation).ConfigureAwait(false);
        return answer.RootElement.TryGetProperty("result", out JsonElement result) && Number(result, "TTL") > 0;
    }

    public async Task RevokeLeaseAsync(long lease, CancellationToken cancellation) =>
        (await CallAsync("/v3/lease/revoke", new() { ["ID"] = Text(lease) }, cancellation).ConfigureAwait(false)).Dispose();

    public async Task<StoreEntry?> GetAsync(string key, CancellationToken cancellation)
    {
        using JsonDocument answer = await CallAsync("/v3/kv/range", new() { ["key"] = Encode(key) }, cancellation).ConfigureAwait(false);
        return Entries(answer.RootElement).FirstOrDefault();
    }

    public async Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellation)
    {
        using JsonDocument answer = await CallAsync(
            "/v3/kv/range", new() { ["key"] = Encode(prefix), ["range_end"] = Encode(End(prefix)) }, cancellation).ConfigureAwait(false);
        return new StoreSnapshot([.. Entries(answer.RootElement)], Number(answer.RootElement.GetProperty("header"), "revision"));
    }

    public async Task<long?> CompareAndSetAsync(string key, long expected, string? value, long lease, CancellationToken cancellation)
    {
        // A key that is not there has revision 0 for a comparison (etcd server/mvcc: compare with an empty pair).
        JsonObject write = value is null
            ? new() { ["request_delete_range"] = new JsonObject { ["key"] = Encode(key) } }
            : new() { ["request_put"] = new JsonObject { ["key"] = Encode(key), ["value"] = Encode(value), ["lease"] = Text(lease) } };
        JsonObject transaction = new()
        {
            ["compare"] = new JsonArray(new JsonObject { ["key"] = Encode(key), ["target"] = "MOD", ["result"] = "EQUAL", ["mod_revision"] = Text(expected) }),
            ["success"] = new JsonArray(write),
        };
        using JsonDocument answer = await CallAsync("/v3/kv/txn", transaction, cancellation).ConfigureAwait(false);
        return answer.RootElement.TryGetProperty("succeeded", out JsonElement succeeded) && succeeded.GetBoolean()
            ? Number(answer.RootElement.GetProperty("header"), "revision")
            : null;
    }

    public async IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        JsonObject request = new()
        {
            ["create_request"] = new JsonObject { ["key"] = Encode(prefix), ["range_end"] = Encode(End(prefix)), ["start_revision"] = Text(fromRevision) },
        };
        using HttpResponseMessage response = await SendAsync("/v3/watch", request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), Encoding.UTF8);
        while (true)
        {
            string line;
            try
            {
                line = await lines.ReadLineAsync(cancellation).ConfigureAwait(false) ?? throw new IOException("the watch ended");
            }
            catch (Exception failure) when (failure is IOException or HttpRequestException)
            {
                throw Unreachable(failure);
            }
            List<StoreChange> changes = [];
            using (JsonDocument message = JsonDocument.Parse(line))
            {
                if (!message.RootElement.TryGetProperty("result", out JsonElement result))
                {
                    throw Unreachable(new IOException(line.Length > 200 ? line[..200] : line));
                }
                if (Number(result, "compact_revision") > 0)
                {
                    throw new RevisionGoneException(fromRevision);
                }
                if (result.TryGetProperty("canceled", out JsonElement canceled) && canceled.GetBoolean())
                {
                    throw Unreachable(new IOException("the watch was cancelled"));
                }
                if (result.TryGetProperty("events", out JsonElement events))
                {
                    changes.AddRange(events.EnumerateArray().Select(ToChange));
                }
            }
            foreach (StoreChange change in changes)
            {
                yield return change;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonDocument> CallAsync(string path, JsonObject request, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerTimeout);
        try
        {
            using HttpResponseMessage response = await SendAsync(path, request, HttpCompletionOption.ResponseContentRead, limit.Token).ConfigureAwait(false);
            return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false));
        }
        catch (Exception failure) when (failure is JsonException or HttpRequestException or IOException)
        {
            throw Unreachable(failure);
        }
        catch (OperationCanceledException failure) when (!cancellation.IsCancellationRequested)
        {
            Interlocked.Increment(ref _chosen);
            throw Unreachable(failure);
        }
    }

    /// <summary>Tries each member once. Only a member that could not be connected is passed over: what was sent is never sent twice.</summary>
    private async Task<HttpResponseMessage> SendAsync(string path, JsonObject request, HttpCompletionOption completion, CancellationToken cancellation)
    {
        string body = request.ToJsonString();
        for (int attempt = 1; ; attempt++)
        {
            IPEndPoint end = _ends[(int)((uint)Volatile.Read(ref _chosen) % (uint)_ends.Count)];
            using HttpRequestMessage message = new(HttpMethod.Post, new Uri($"http://{end}{path}")) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
            try
            {
                HttpResponseMessage response = await _http.SendAsync(message, completion, cancellation).ConfigureAwait(false);
                if (response.IsSuccessStatusCode)
                {
                    return response;
                }
                using (response)
                {
                    string said = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
                    Interlocked.Increment(ref _chosen);
                    throw Unreachable(new IOException($"{(int)response.StatusCode} {(said.Length > 200 ? said[..200] : said).Trim()}"));
                }
            }
            catch (HttpRequestException failure)
            {
                Interlocked.Increment(ref _chosen);
                if (failure.InnerException is not SocketException || attempt >= _ends.Count)
                {
                    throw Unreachable(failure);
                }
            }
        }
    }

    private YadoException Unreachable(Exception failure) =>
        new(YadoError.Failed, $"{Place} does not answer ({failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}): check that it runs and the network is up", failure) { Unreachable = true };

    private static IEnumerable<StoreEntry> Entries(JsonElement answer) => answer.TryGetProperty("kvs", out JsonElement pairs)
        ? pairs.EnumerateArray().Select(p => new StoreEntry(Decode(p, "key"), Decode(p, "value"), Number(p, "mod_revision")))
        : [];

    private static StoreChange ToChange(JsonElement change)
    {
        JsonElement pair = change.GetProperty("kv");
        bool deleted = change.TryGetProperty("type", out JsonElement type) && type.GetString() == "DELETE";
        return new StoreChange(Decode(pair, "key"), deleted ? null : Decode(pair, "value"), Number(pair, "mod_revision"));
    }

    private static string End(string prefix) => prefix[..^1] + (char)(prefix[^1] + 1);

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Decode(JsonElement pair, string name) =>
        pair.TryGetProperty(name, out JsonElement value) ? Encoding.UTF8.GetString(value.GetBytesFromBase64()) : "";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value)
        ? value.ValueKind == JsonValueKind.String ? long.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetInt64()
        : 0;
}
