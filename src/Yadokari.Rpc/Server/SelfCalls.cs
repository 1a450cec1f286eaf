using System.Net;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Server;

/// <summary>Calls that a held instance makes to itself, so that everything on a call's way is compiled before it serves.</summary>
internal sealed class SelfCalls(ServiceLife life, StateBundle bundle, YadokariOptions options)
{
    private const int Rounds = 40;

    /// <exception cref="HttpRequestException">It does not answer itself.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        ServiceSettings settings = life.Settings!;
        foreach ((IPEndPoint end, Version version) in ((IPEndPoint, Version)[])[(settings.Listen, HttpVersion.Version11), (settings.ListenHttp2, HttpVersion.Version20)])
        {
            using HttpClient client = new()
            {
                BaseAddress = new Uri($"http://{end}"),
                DefaultRequestVersion = version,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            client.DefaultRequestHeaders.Add(MovedHeaders.WarmUp, life.WarmUpToken);
            for (int round = 1; round <= Rounds; round++)
            {
                using HttpRequestMessage request = new(HttpMethod.Post, "/yadokari/warm-up") { Content = new StringContent("warm") };
                request.Version = version;
                request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
                request.Headers.Add(MovedHeaders.Client, "warmwarm");
                request.Headers.Add(MovedHeaders.Call, $"{round}");
                request.Headers.Add(MovedHeaders.Acknowledged, $"{round}");
                using HttpResponseMessage response = await client.SendAsync(request, cancellation).ConfigureAwait(false);
            }
            if (options.WarmUp is { } own)
            {
                await own(client, cancellation).ConfigureAwait(false);
            }
        }
        // What is carried will replace all of this.
        ReadOnlyMemory<byte> ahead = bundle.SaveAhead();
        ReadOnlyMemory<byte> changes = bundle.SaveRound();
        ReadOnlyMemory<byte> rest = bundle.SaveRest();
        bundle.StopTracking();
        bundle.Restore(ahead);
        bundle.Restore(changes);
        bundle.Restore(rest);
    }
}
