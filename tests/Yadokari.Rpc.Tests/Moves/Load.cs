using System.Collections.Concurrent;
using System.Net;
using Shouldly;
using Yadokari.Protocol.Services;
using Yadokari.Rpc.Client;

namespace Yadokari.Rpc.Moves;

/// <summary>Clients that call all the time. The service itself counts: nothing that was answered may be lost, nothing run twice.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly TwoHosts _hosts;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<string> _answered = [];
    private readonly ConcurrentBag<string> _failed = [];
    private readonly Task[] _clients;
    private int _moves;

    private Load(TwoHosts hosts, ServicePlace place, int clients, int loseEvery)
    {
        _hosts = hosts;
        _clients = [.. Enumerable.Range(0, clients).Select(i => Task.Run(() => CallAsync(i, i % 2 == 0 ? place.Address : place.Http2Address, i % 2 == 0 ? HttpVersion.Version11 : HttpVersion.Version20, loseEvery)))];
    }

    public int Answered => _answered.Count;

    /// <summary>Calls that were answered "moved".</summary>
    public int Moves => _moves;

    /// <summary>Half of the clients by HTTP/1.1, half by HTTP/2.</summary>
    /// <param name="loseEvery">Each so manieth reply is lost on its way; 0: none.</param>
    public static async Task<Load> StartAsync(TwoHosts hosts, int clients = 4, int loseEvery = 0) => new(hosts, await hosts.PlaceAsync(), clients, loseEvery);

    /// <summary>Waits until calls are answered, now.</summary>
    public async Task FlowsAsync(string after)
    {
        int before = Answered;
        await Until.HoldsAsync(() => Task.FromResult(Answered >= before + 20 || !_failed.IsEmpty), () => $"after {after} no calls are answered");
        _failed.ShouldBeEmpty($"after {after}");
    }

    /// <summary>Ends the clients and asks the service what it has counted.</summary>
    /// <param name="filled">Entries that no call stands for.</param>
    public async Task NothingIsLostAndNothingRanTwiceAsync(int filled = 0)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        _failed.ShouldBeEmpty();
        using HttpClient client = new() { BaseAddress = new Uri($"http://{(await _hosts.PlaceAsync()).Address}") };
        using StringContent keys = new(string.Join('\n', _answered));
        using HttpResponseMessage missing = await client.PostAsync("/missing", keys);
        (await missing.Content.ReadAsStringAsync()).ShouldBe("0", "calls that were answered and that the service has forgotten");
        string[] report = (await client.GetStringAsync("/report")).Split(' ');
        report[1].ShouldBe("0", "calls that ran twice");
        int.Parse(report[0]).ShouldBe(_answered.Count + filled, "calls that the service has counted, and those that were answered");
        int.Parse(report[2]).ShouldBe(_answered.Count, "runs in the service's log, and calls that were answered");
        report[3].ShouldBe("True", "the service's dictionary and its log agree");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        _stop.Dispose();
    }

    private async Task CallAsync(int name, string address, Version version, int loseEvery)
    {
        YadokariClientOptions options = new() { Service = TwoHosts.Service, Deadline = TimeSpan.FromSeconds(90), Daemons = { _hosts.A.Socket, _hosts.B.Socket } };
        using HttpClient client = new(new YadokariHandler(options, new UnreliableHandler(loseEvery))) { Timeout = Timeout.InfiniteTimeSpan };
        for (int number = 0; !_stop.IsCancellationRequested; number++)
        {
            string key = $"c{name}-{number}";
            using HttpRequestMessage request = new(HttpMethod.Post, $"http://{address}/add")
            {
                Content = new StringContent(key),
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            try
            {
                using HttpResponseMessage response = await client.SendAsync(request);
                string count = await response.Content.ReadAsStringAsync();
                if (response.IsSuccessStatusCode && count == "1")
                {
                    _answered.Add(key);
                    Interlocked.Add(ref _moves, request.Options.TryGetValue(YadokariHandler.Report, out CallReport? report) ? report.Moves : 0);
                }
                else
                {
                    _failed.Add($"{key}: {(int)response.StatusCode} {count}");
                }
            }
            catch (HttpRequestException failure)
            {
                _failed.Add($"{key}: {failure.Message} {failure.InnerException?.Message}");
            }
            await Task.Delay(4);
        }
    }
}
