using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Load;
using Yadokari.Protocol;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Api;

/// <summary>Routes about how busy this host is.</summary>
public sealed class LoadApi(LoadMeter meter, OwnerWatch owner, HostFacts facts, HostSelf self, ILogger<LoadApi> logger)
{
    private const int UsualSeconds = 60;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Load, ApiCall.Handler(logger, context =>
        {
            int seconds = (int)ApiCall.Number(context, "seconds", Limits.LoadMinutes * 60);
            return ApiCall.WriteAsync(
                context, new LoadHistory(self.Name, meter.Capacity, facts.Read().MemoryTotal, meter.History(seconds == 0 ? UsualSeconds : seconds)), ProtocolJson.Default.LoadHistory);
        }));
        routes.MapPost(Routes.Owner, ApiCall.Handler(logger, async context =>
        {
            ApiCall.RequireLocal(context);
            owner.Tell((await ApiCall.ReadAsync(context, ProtocolJson.Default.SetOwner).ConfigureAwait(false)).Owner);
            await ApiCall.WriteAsync(context, facts.Read(), ProtocolJson.Default.HostInfo).ConfigureAwait(false);
        }));
    }
}
