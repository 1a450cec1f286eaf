using System.Net;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Server;

/// <summary>Calls that a held instance makes to itself, so that everything on a call's way is loaded, compiled and connected before it
/// serves: but not so many that the runtime compiles it all anew. That takes seconds of a busy host's processor, and is done in the
/// background while clients are served, if they call so often.</summary>
internal sealed class SelfCalls(ServiceLife life, StateBundle bundle, YadokariOptions options)
{
    /// <summary>By each protocol. All of them together are fewer than the thirty after which a method is compiled anew (TieredCompilation).</summary>
    private const int Rounds = 8;

    /// <summary>By each protocol, with another answer.</summary>
    private const int Refusals = 4;

    private const int AtOnce = 8;
    private const string NoEndpoint = "/yadokari/warm-up";

    /// <exception cref="HttpRequestException">It does not answer itself.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        ServiceSettings settings = life.Settings!;
        foreach ((IPEndPoint end, Version version) in ((IPEndPoint, Version)[])[(settings.Listen, HttpVersion.Version11), (settings.ListenHttp2, HttpVersion.Version20)])
        {
            using HttpClient client = ClientOf(new SelfCallHandler(life.WarmUpToken), end, version);
            // Several at a time, as many clients will call.
            await ManyAsync(Rounds, stop => CallAsync(client, stop), cancellation).ConfigureAwait(false);
            if (options.WarmUp is { } own)
            {
                await own(client, cancellation).ConfigureAwait(false);
            }
            await MeetMovesAsync(end, version, cancellation).ConfigureAwait(false);
        }
        bundle.SaveAndRestore();
    }

    /// <summary>Calls as others do, to be told where the service is: what this instance will say when it is left itself.</summary>
    private static async Task MeetMovesAsync(IPEndPoint end, Version version, CancellationToken cancellation)
    {
        using HttpClient client = ClientOf(new SocketsHttpHandler { AllowAutoRedirect = false }, end, version);
        await ManyAsync(Refusals, TryCallAsync, cancellation).ConfigureAwait(false);

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
}
