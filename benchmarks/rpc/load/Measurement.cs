using System.Net;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace RpcLoad;

/// <summary>Calls, moves, and asks the service itself what it has counted.</summary>
internal sealed class Measurement(Options options)
{
    private const int Batch = 20_000;
    private static readonly string[] Hosts = ["h1", "h2"];

    /// <summary>The unix sockets of the hosts are files that all of the lab sees.</summary>
    private static readonly string[] Daemons = [.. Hosts.Select(h => Path.Combine(Environment.GetEnvironmentVariable("YADO_LAB_DIR") ?? "", h, "home", ".yado", "daemon.sock"))];

    private int _at;

    /// <summary>Calls while the service stands, then while it moves.</summary>
    public async Task<Run> RunAsync(string protocol, Version version, int moves)
    {
        (Uri address, _) = await PlaceAsync(version);
        List<Call> quiet;
        List<string> failures = [];
        await CallAsync($"{protocol}warm", address, version, failures, () => Task.Delay(TimeSpan.FromSeconds(2)));
        quiet = await CallAsync($"{protocol}quiet", address, version, failures, () => Task.Delay(TimeSpan.FromSeconds(options.Seconds)));
        List<MoveReport> reports = [];
        List<Call> moved = await CallAsync($"{protocol}moved", address, version, failures, async () =>
        {
            for (int move = 0; move < moves; move++)
            {
                using YadoClient source = YadoClient.ForSocket(Daemons[_at]);
                _at = 1 - _at;
                reports.Add(await source.MoveAsync("counting", Hosts[_at]));
                await Task.Delay(TimeSpan.FromMilliseconds(200));
            }
        });
        return new Run(protocol, quiet, moved, reports, failures);
    }

    /// <summary>Puts entries into the state.</summary>
    public async Task FillAsync()
    {
        using HttpClient client = new();
        (Uri address, _) = await PlaceAsync(HttpVersion.Version11);
        for (int done = 0; done < options.Entries; done += Batch)
        {
            using StringContent body = new(string.Join('\n', Enumerable.Range(done, Math.Min(Batch, options.Entries - done)).Select(i => $"entry-{i}")));
            (await client.PostAsync(new Uri(address, "/fill"), body)).EnsureSuccessStatusCode();
        }
    }

    /// <summary>Calls that were answered and that the service knows nothing of; calls that it has run more than once.</summary>
    public async Task<(int Lost, int Twice)> CheckAsync(IEnumerable<Run> runs)
    {
        using HttpClient client = new();
        (Uri address, _) = await PlaceAsync(HttpVersion.Version11);
        int lost = 0;
        foreach (string[] keys in runs.SelectMany(r => r.Quiet.Concat(r.Calls)).Select(c => c.Key).Chunk(Batch))
        {
            using StringContent body = new(string.Join('\n', keys));
            using HttpResponseMessage answer = await client.PostAsync(new Uri(address, "/missing"), body);
            lost += int.Parse(await answer.Content.ReadAsStringAsync());
        }
        string[] report = (await client.GetStringAsync(new Uri(address, "/report"))).Split(' ');
        return (lost, int.Parse(report[1]));
    }

    private static async Task<(Uri Address, ServicePlace Place)> PlaceAsync(Version version)
    {
        using YadoClient daemon = YadoClient.ForSocket(Daemons[0]);
        ServicePlace place = await daemon.FindServiceAsync("counting");
        return (new Uri($"http://{(version.Major >= 2 ? place.Http2Address : place.Address)}"), place);
    }

    private static async Task<List<Call>> CallAsync(string name, Uri address, Version version, List<string> failures, Func<Task> meanwhile)
    {
        using CancellationTokenSource stop = new();
        Caller[] callers = [.. Enumerable.Range(1, Options.Clients).Select(i =>
            new Caller($"{name}{i}", address, version, Daemons, (double)Options.CallsPerSecond / Options.Clients))];
        Task[] running = [.. callers.Select(c => Task.Run(() => c.RunAsync(stop.Token)))];
        try
        {
            await meanwhile();
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running);
        }
        failures.AddRange(callers.SelectMany(c => c.Failures));
        return [.. callers.SelectMany(c => c.Calls)];
    }
}
