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
    private readonly CountingCaller[] _callers;
    private readonly Task[] _calling;

    private Load(TwoHosts hosts, ServicePlace place, int clients, int loseEvery)
    {
        _hosts = hosts;
        _callers = [.. Enumerable.Range(0, clients).Select(i => i % 2 == 0
            ? new CountingCaller(Connect(loseEvery), $"c{i}", place.Address, HttpVersion.Version11)
            : new CountingCaller(Connect(loseEvery), $"c{i}", place.Http2Address, HttpVersion.Version20))];
        _calling = [.. _callers.Select(c => Task.Run(() => c.RunAsync(_stop.Token)))];
    }

    public int Answered => _callers.Sum(c => c.Answered.Count);

    /// <summary>Calls that were answered "moved".</summary>
    public int Moves => _callers.Sum(c => c.Moves);

    private IEnumerable<string> Failed => _callers.SelectMany(c => c.Failed);

    /// <summary>Half of the clients by HTTP/1.1, half by HTTP/2.</summary>
    /// <param name="loseEvery">Each so manieth reply is lost on its way; 0: none.</param>
    public static async Task<Load> StartAsync(TwoHosts hosts, int clients = 4, int loseEvery = 0) => new(hosts, await hosts.PlaceAsync(), clients, loseEvery);

    /// <summary>Waits until calls are answered, now.</summary>
    public async Task FlowsAsync(string after)
    {
        int before = Answered;
        await Until.HoldsAsync(() => Task.FromResult(Answered >= before + 20 || Failed.Any()), () => $"after {after} no calls are answered");
        Failed.ShouldBeEmpty($"after {after}");
    }

    /// <summary>Ends the clients and asks the service what it has counted.</summary>
    /// <param name="filled">Entries that no call stands for.</param>
    public async Task NothingIsLostAndNothingRanTwiceAsync(int filled = 0)
    {
        await StopAsync();
        Failed.ShouldBeEmpty();
        using HttpClient client = new() { BaseAddress = new Uri($"http://{(await _hosts.PlaceAsync()).Address}") };
        string[] answered = [.. _callers.SelectMany(c => c.Answered)];
        using StringContent keys = new(string.Join('\n', answered));
        using HttpResponseMessage missing = await client.PostAsync("/missing", keys);
        (await missing.Content.ReadAsStringAsync()).ShouldBe("0", "calls that were answered and that the service has forgotten");
        string[] report = (await client.GetStringAsync("/report")).Split(' ');
        report[1].ShouldBe("0", "calls that ran twice");
        int.Parse(report[0]).ShouldBe(answered.Length + filled, "calls that the service has counted, and those that were answered");
        int.Parse(report[2]).ShouldBe(answered.Length, "runs in the service's log, and calls that were answered");
        report[3].ShouldBe("True", "the service's dictionary and its log agree");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Array.ForEach(_callers, c => c.Dispose());
        _stop.Dispose();
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_calling);
    }

    private HttpClient Connect(int loseEvery)
    {
        YadokariClientOptions options = new() { Service = TwoHosts.Service, Deadline = TimeSpan.FromSeconds(90), Daemons = { _hosts.A.Socket, _hosts.B.Socket } };
        return new HttpClient(new YadokariHandler(options, new UnreliableHandler(loseEvery))) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
