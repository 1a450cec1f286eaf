using System.Diagnostics;
using System.Net;
using Yadokari.Rpc.Client;

namespace RpcLoad;

/// <summary>One client: calls at its pace until it is told to stop, and keeps what it saw.</summary>
internal sealed class Caller(string name, Uri address, Version version, IReadOnlyList<string> daemons, double callsPerSecond)
{
    public List<Call> Calls { get; } = [];

    public List<string> Failures { get; } = [];

    public async Task RunAsync(CancellationToken stop)
    {
        YadokariClientOptions options = new() { Service = "counting" };
        foreach (string daemon in daemons)
        {
            options.Daemons.Add(daemon);
        }
        using HttpClient client = new(new YadokariHandler(options)) { Timeout = TimeSpan.FromMinutes(2) };
        double interval = Stopwatch.Frequency / callsPerSecond;
        double next = Stopwatch.GetTimestamp();
        for (int number = 1; !stop.IsCancellationRequested; number++)
        {
            string key = $"{name}-{number}";
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(address, "/add"))
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new StringContent(key),
            };
            long began = Stopwatch.GetTimestamp();
            try
            {
                using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None);
                double milliseconds = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                string body = await response.Content.ReadAsStringAsync(CancellationToken.None);
                if (response.StatusCode == HttpStatusCode.OK && body == "1")
                {
                    request.Options.TryGetValue(YadokariHandler.Report, out CallReport? report);
                    Calls.Add(new Call(key, milliseconds, report?.Moves ?? 0, began));
                }
                else
                {
                    Failures.Add($"{key}: {(int)response.StatusCode} {body}");
                }
            }
            catch (HttpRequestException failure)
            {
                Failures.Add($"{key}: {failure.Message}");
            }
            next = Math.Max(next + interval, Stopwatch.GetTimestamp() - Stopwatch.Frequency / 10.0);
            double wait = (next - Stopwatch.GetTimestamp()) * 1000 / Stopwatch.Frequency;
            if (wait > 0.5)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(wait), CancellationToken.None);
            }
        }
    }
}
