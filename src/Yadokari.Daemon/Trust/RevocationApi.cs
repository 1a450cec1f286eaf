using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Api;
using Yadokari.Protocol;
using Yadokari.Protocol.Cluster;

namespace Yadokari.Daemon.Trust;

/// <summary>The route by which hosts tell each other which certificates are revoked: who has the newer list gives it.</summary>
public sealed partial class RevocationApi(Revocations revocations, ILogger<RevocationApi> logger)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost(Routes.ClusterRevoked, ApiCall.Handler(logger, async context =>
    {
        RevocationList told = await ApiCall.ReadAsync(context, ProtocolJson.Default.RevocationList).ConfigureAwait(false);
        if (revocations.Adopt(told))
        {
            LogAdopted(logger, told.Version, PeerDoor.CallerName(context) ?? "this host");
        }
        await ApiCall.WriteAsync(context, revocations.List, ProtocolJson.Default.RevocationList).ConfigureAwait(false);
    }));

    [LoggerMessage(Level = LogLevel.Warning, Message = "list {Version} of revoked certificates came from {Caller}")]
    private static partial void LogAdopted(ILogger logger, long version, string caller);
}
