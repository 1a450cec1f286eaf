using System.Collections.Concurrent;
using System.Net;
using Yadokari.Rpc.Client;

namespace Yadokari.Rpc.Moves;

/// <summary>One client of the counting service: calls under a new key each time, and keeps which were answered.</summary>
/// <param name="client">Follows moves; disposed with this.</param>
/// <param name="name">Begins its keys.</param>
/// <param name="address">Where the service was first.</param>
internal sealed class CountingCaller(HttpClient client, string name, string address, Version version) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    private int _moves;

    public ConcurrentBag<string> Answered { get; } = [];

    /// <summary>Calls that were answered otherwise than they should, with what was said.</summary>
    public ConcurrentBag<string> Failed { get; } = [];

    /// <summary>Calls that were answered "moved".</summary>
    public int Moves => _moves;

    /// <summary>Calls until it is told to stop; the last call is made to its end.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        for (int number = 0; !stop.IsCancellationRequested; number++)
        {
            await CallAsync($"{name}-{number}");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    public void Dispose() => client.Dispose();

    private async Task CallAsync(string key)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"http://{address}/add")
        {
            Content = new StringContent(key),
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None);
            string count = await response.Content.ReadAsStringAsync(CancellationToken.None);
            if (response.StatusCode == HttpStatusCode.OK && count == "1")
            {
                Answered.Add(key);
                _moves += request.Options.TryGetValue(YadokariHandler.Report, out CallReport? report) ? report.Moves : 0;
            }
            else
            {
                Failed.Add($"{key}: {(int)response.StatusCode} {count}");
            }
        }
        catch (HttpRequestException failure)
        {
            Failed.Add($"{key}: {failure.Message} {failure.InnerException?.Message}");
        }
    }
}
