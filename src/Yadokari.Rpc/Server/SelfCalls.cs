using System.Diagnostics;
using System.Net;
using System.Runtime;
using System.Runtime.CompilerServices;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Server;

/// <summary>Calls that a held instance makes to itself, so that everything on a call's way is compiled before it serves.</summary>
internal sealed class SelfCalls(ServiceLife life, StateBundle bundle, YadokariOptions options)
{
    /// <summary>A native program has nothing to compile: what is left are pages, pools and connections.</summary>
    private static readonly int s_rounds = RuntimeFeature.IsDynamicCodeCompiled ? 80 : AtOnce;

    private const int AtOnce = 8;
    private const string NoEndpoint = "/yadokari/warm-up";

    /// <summary>Longer than the runtime waits for calls to become rare (TieredCompilation's 100 ms). Telling it not to wait costs more than
    /// the wait: it compiles what is called thirty times at all, twice, 3.4 s of processor time for the dictionary server instead of 1.9.</summary>
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(3);

    /// <exception cref="HttpRequestException">It does not answer itself.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        ServiceSettings settings = life.Settings!;
        foreach ((IPEndPoint end, Version version) in ((IPEndPoint, Version)[])[(settings.Listen, HttpVersion.Version11), (settings.ListenHttp2, HttpVersion.Version20)])
        {
            using HttpClient client = ClientOf(new SelfCallHandler(life.WarmUpToken), end, version);
            // Several at a time, as many clients will call.
            await ManyAsync(s_rounds, stop => CallAsync(client, stop), cancellation).ConfigureAwait(false);
            if (options.WarmUp is { } own)
            {
                await own(client, cancellation).ConfigureAwait(false);
            }
            await MeetMovesAsync(end, version, cancellation).ConfigureAwait(false);
        }
        await CalmAsync(cancellation).ConfigureAwait(false);
        bundle.SaveAndRestore();
    }

    /// <summary>Calls as others do, to be told where the service is: what this instance will say when it is left itself.</summary>
    private static async Task MeetMovesAsync(IPEndPoint end, Version version, CancellationToken cancellation)
    {
        using HttpClient client = ClientOf(new SocketsHttpHandler { AllowAutoRedirect = false }, end, version);
        await ManyAsync(AtOnce, TryCallAsync, cancellation).ConfigureAwait(false);

        async Task TryCallAsync(CancellationToken stop)
        {
            try
            {
                await CallAsync(client, stop).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException)
            {
                // The connection ends with such an answer, which may come too late to be read: said it was.
            }
        }
    }

    private static HttpClient ClientOf(HttpMessageHandler handler, IPEndPoint end, Version version) => new(handler)
    {
        BaseAddress = new Uri($"http://{end}"),
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static async Task CallAsync(HttpClient client, CancellationToken cancellation)
    {
        using StringContent body = new("warm");
        using HttpResponseMessage response = await client.PostAsync(NoEndpoint, body, cancellation).ConfigureAwait(false);
    }

    private static Task ManyAsync(int count, Func<CancellationToken, Task> call, CancellationToken cancellation) => Parallel.ForAsync(
        0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (_, stop) => await call(stop).ConfigureAwait(false));

    /// <summary>Waits until the runtime no longer compiles anew what was called often, which it does in the background and which would
    /// take the processor from the pause.</summary>
    private static async Task CalmAsync(CancellationToken cancellation)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
        {
            return;
        }
        long begun = Stopwatch.GetTimestamp();
        long before = -1;
        while (JitInfo.GetCompiledMethodCount() is var now && now != before && Stopwatch.GetElapsedTime(begun) < s_longest)
        {
            before = now;
            await Task.Delay(s_betweenLooks, cancellation).ConfigureAwait(false);
        }
    }
}
