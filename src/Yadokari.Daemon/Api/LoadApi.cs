using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Load;
using Yadokari.Protocol;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Api;

/// <summary>Routes about how busy this host is.</summary>
public sealed class LoadApi(LoadMeter meter, OwnerWatch owner, HostFacts facts, HostSelf self, PeerBook peers, ILogger<LoadApi> logger)
{
    private const int UsualSeconds = 60;

    private static readonly TimeSpan PeerPatience = TimeSpan.FromSeconds(5);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Load, ApiCall.Handler(logger, async context =>
        {
            int given = (int)ApiCall.Number(context, "seconds", Limits.LoadMinutes * 60);
            int seconds = given == 0 ? UsualSeconds : given;
            Task<IReadOnlyList<LoadHistory>>? others = ApiCall.Flag(context, "everywhere") ? AskOthersAsync(seconds, context.RequestAborted) : null;
            LoadHistory own = new(self.Name, meter.Capacity, facts.Read().MemoryTotal, meter.History(seconds));
            await ApiCall.WriteAsync(
                context, own with { Others = others is null ? null : await others.ConfigureAwait(false) }, ProtocolJson.Default.LoadHistory).ConfigureAwait(false);
        }));
        routes.MapPost(Routes.Owner, ApiCall.Handler(logger, async context =>
        {
            ApiCall.RequireLocal(context);
            owner.Tell((await ApiCall.ReadAsync(context, ProtocolJson.Default.SetOwner).ConfigureAwait(false)).Owner);
            await ApiCall.WriteAsync(context, facts.Read(), ProtocolJson.Default.HostInfo).ConfigureAwait(false);
        }));
    }

    /// <summary>Of the hosts that answer.</summary>
    private async Task<IReadOnlyList<LoadHistory>> AskOthersAsync(int seconds, CancellationToken cancellation) =>
    [
        .. (await Task.WhenAll(peers.Addresses.Select(address => peers.TryAskAsync(
            address, client => client.GetLoadAsync(seconds, cancellation, timeout: PeerPatience)))).ConfigureAwait(false)).OfType<LoadHistory>(),
    ];
}
