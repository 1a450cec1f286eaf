using System.Net;
using System.Runtime;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Server;

/// <summary>Calls that a held instance makes to itself, so that everything on a call's way is compiled before it serves.</summary>
internal sealed class SelfCalls(ServiceLife life, StateBundle bundle, YadokariOptions options)
{
    private const int Rounds = 80;
    private const int AtOnce = 8;

    /// <summary>Longer than the runtime waits for calls to become rare (TieredCompilation's 100 ms).</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(150);

    private const int MostLooks = 20;

    /// <summary>Each reaches this process or the former one by chance.</summary>
    private const int MostConnections = 64;

    /// <exception cref="HttpRequestException">It does not answer itself.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        ServiceSettings settings = life.Settings!;
        foreach ((IPEndPoint end, Version version) in ((IPEndPoint, Version)[])[(settings.Listen, HttpVersion.Version11), (settings.ListenHttp2, HttpVersion.Version20)])
        {
            using HttpClient client = await ReachAsync(end, version, cancellation).ConfigureAwait(false);
            // Several at a time, as many clients will call.
            await Parallel.ForAsync(2, Rounds, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (number, stop) =>
            {
                using HttpResponseMessage response = await CallAsync(client, number, acknowledged: 1, stop).ConfigureAwait(false);
            }).ConfigureAwait(false);
            // None of its replies is needed again.
            (await CallAsync(client, Rounds, acknowledged: Rounds, cancellation).ConfigureAwait(false)).Dispose();
            if (options.WarmUp is { } own)
            {
                await own(client, cancellation).ConfigureAwait(false);
            }
        }
        await CalmAsync(cancellation).ConfigureAwait(false);
        bundle.SaveAndRestore();
    }

    /// <summary>Waits until the runtime no longer compiles anew what was called often, which it does in the background and which would
    /// take the processor from the pause.</summary>
    private static async Task CalmAsync(CancellationToken cancellation)
    {
        long before = -1;
        for (int look = 0; look < MostLooks && JitInfo.GetCompiledMethodCount() is var now && now != before; look++)
        {
            before = now;
            await Task.Delay(BetweenLooks, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A client whose connection leads to this process: a former instance here may listen on the same port, and the kernel
    /// gives a connection to either.</summary>
    private async Task<HttpClient> ReachAsync(IPEndPoint end, Version version, CancellationToken cancellation)
    {
        for (int attempt = 0; ; attempt++)
        {
            HttpClient client = new()
            {
                BaseAddress = new Uri($"http://{end}"),
                DefaultRequestVersion = version,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            client.DefaultRequestHeaders.Add(MovedHeaders.WarmUp, life.WarmUpToken);
            try
            {
                using HttpResponseMessage response = await CallAsync(client, 1, acknowledged: 1, cancellation).ConfigureAwait(false);
                if (attempt == MostConnections || !response.Headers.Contains(MovedHeaders.Moved))
                {
                    return client;
                }
            }
            catch (Exception failure) when (attempt < MostConnections && failure is (HttpRequestException or IOException))
            {
                // The former one ends an HTTP/2 connection with its answer, which may come too late to be read.
            }
            catch
            {
                client.Dispose();
                throw;
            }
            client.Dispose();
        }
    }

    private static async Task<HttpResponseMessage> CallAsync(HttpClient client, int number, int acknowledged, CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/yadokari/warm-up") { Content = new StringContent("warm") };
        request.Version = client.DefaultRequestVersion;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.Add(MovedHeaders.Client, $"warmwarm{request.Version.Major}");
        request.Headers.Add(MovedHeaders.Call, $"{number}");
        request.Headers.Add(MovedHeaders.Acknowledged, $"{acknowledged}");
        return await client.SendAsync(request, cancellation).ConfigureAwait(false);
    }
}
