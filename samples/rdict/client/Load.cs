using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Yadokari.Rpc.Client;

namespace RdictClient;

/// <summary>Many clients that look up, define and add words, and what they saw.</summary>
internal static class Load
{
    public static async Task<string> RunAsync(Func<HttpClient> connect, int clients, TimeSpan duration)
    {
        var times = new ConcurrentBag<double>();
        int failed = 0, moved = 0;
        long begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async number =>
        {
            using HttpClient http = connect();
            for (int n = 0; Stopwatch.GetElapsedTime(begun) < duration; n++)
            {
                using HttpRequestMessage call = (n % 3) switch
                {
                    0 => new(HttpMethod.Get, "/lookup/apple"),
                    1 => new(HttpMethod.Get, "/define/apple"),
                    _ => new(HttpMethod.Post, $"/words/word-{number}-{n}") { Content = new StringContent("added by the load generator") },
                };
                long start = Stopwatch.GetTimestamp();
                try
                {
                    using HttpResponseMessage answer = await http.SendAsync(call);
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    if (!answer.IsSuccessStatusCode)
                    {
                        Interlocked.Increment(ref failed);
                    }

                    if (call.Options.TryGetValue(YadokariHandler.Report, out CallReport? report) && report.Moves > 0)
                    {
                        Interlocked.Increment(ref moved);
                    }
                }
                catch (HttpRequestException)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        }));
        double[] sorted = [.. times.Order()];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{sorted.Length} calls, {failed} failed, {moved} followed a move; median {At(0.5):0.00} ms, p99 {At(0.99):0.00} ms, longest {At(1):0.00} ms");

        double At(double part) => sorted.Length == 0 ? 0 : sorted[(int)(part * (sorted.Length - 1))];
    }
}
