using System.Collections.Concurrent;
using System.Net;
using Yadokari.Rpc.Client;
using Yadokari.Rpc.Moves;

namespace CountingClient;

/// <summary>One client of the counting service; some replies to it get lost on purpose.</summary>
/// <param name="daemons">ADDR:PORT of those that know where the service is.</param>
internal sealed class Client(string name, string address, Version version, IReadOnlyList<string> daemons) : IDisposable
{
    private const int LoseEvery = 40;

    private readonly HttpClient _client = Connect(daemons, LoseEvery);

    public ConcurrentBag<string> Answered { get; } = [];

    public ConcurrentBag<string> Failed { get; } = [];

    public static HttpClient Connect(IReadOnlyList<string> daemons, int loseEvery)
    {
        YadokariClientOptions options = new() { Service = "counting", Deadline = TimeSpan.FromSeconds(90), AttemptTimeout = TimeSpan.FromSeconds(3) };
        foreach (string daemon in daemons)
        {
            options.Daemons.Add(daemon);
        }
        SocketsHttpHandler sockets = new() { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(1), EnableMultipleHttp2Connections = true };
        return new HttpClient(new YadokariHandler(options, new UnreliableHandler(loseEvery, sockets))) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Calls until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        for (int number = 0; !stop.IsCancellationRequested; number++)
        {
            string key = $"{name}-{number}";
            using HttpRequestMessage request = new(HttpMethod.Post, $"http://{address}/add")
            {
                Content = new StringContent(key),
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            try
            {
                using HttpResponseMessage response = await _client.SendAsync(request, CancellationToken.None);
                string count = await response.Content.ReadAsStringAsync(CancellationToken.None);
                if (response.StatusCode == HttpStatusCode.OK && count == "1")
                {
                    Answered.Add(key);
                }
                else
                {
                    Failed.Add($"{key}: {(int)response.StatusCode} {count}");
                }
            }
            catch (HttpRequestException failure)
            {
                Failed.Add($"{key}: {failure.Message}");
            }
            await Task.Delay(4, CancellationToken.None);
        }
    }

    public void Dispose() => _client.Dispose();
}
