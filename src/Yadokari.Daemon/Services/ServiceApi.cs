using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Api;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <summary>Routes about services, and between the two hosts of a service's move.</summary>
public sealed class ServiceApi(
    ServiceRunner runner, ServiceDirectory directory, ServiceMoveSource source, ServiceMoveTarget target, JobViews views, CancellationToken stopping, ILogger<ServiceApi> logger)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Routes.Services, ApiCall.Handler(logger, async context =>
        {
            StartService start = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.StartService).ConfigureAwait(false));
            await ApiCall.WriteAsync(
                context, views.Show(await runner.StartAsync(start, context.RequestAborted).ConfigureAwait(false)), ProtocolJson.Default.JobInfo).ConfigureAwait(false);
        }));
        routes.MapGet(Routes.Service, ApiCall.Handler(logger, async context => await ApiCall.WriteAsync(
            context,
            await directory.FindAsync(ApiCall.Route(context, "service"), ApiCall.Flag(context, "here"), context.RequestAborted).ConfigureAwait(false),
            ProtocolJson.Default.ServicePlace).ConfigureAwait(false)));
        MapMoves(routes);
    }

    private void MapMoves(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Routes.ServiceMoves, ApiCall.Handler(logger, async context =>
        {
            MoveOffer offer = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.MoveOffer).ConfigureAwait(false));
            if (offer.Service is null)
            {
                throw new YadoException(YadoError.WrongUsage, "the offer is not one of a service");
            }
            PeerDoor.Require(context, offer.SourceName);
            await ApiCall.WriteAsync(context, await target.ReserveAsync(offer, stopping).ConfigureAwait(false), ProtocolJson.Default.ServiceOffered).ConfigureAwait(false);
        }));
        routes.MapPut(Routes.Program, ApiCall.Handler(logger, async context =>
        {
            ApiCall.AllowLargeBody(context);
            string hash = ApiCall.Route(context, "program");
            await target.ReceiveProgramAsync(hash, context.Request.Body, context.RequestAborted).ConfigureAwait(false);
            await ApiCall.WriteAsync(context, new ServiceOffered(false), ProtocolJson.Default.ServiceOffered).ConfigureAwait(false);
        }));
        routes.MapGet(Routes.ServiceMove, ApiCall.Handler(logger, context =>
        {
            string move = Id(context);
            MoveVerdict verdict = source.VerdictOf(move);
            return ApiCall.WriteAsync(context, new MoveStatus(move, target.PhaseOf(move) ?? MovePhase.Reserved, verdict), ProtocolJson.Default.MoveStatus);
        }));
        routes.MapPost(Routes.ServiceStart, ApiCall.Handler(logger, async context =>
            await Answer(context, await target.StartAsync(SourcesId(context), context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false)));
        routes.MapPut(Routes.ServiceState, ApiCall.Handler(logger, async context =>
        {
            ApiCall.AllowLargeBody(context);
            await Answer(context, await target.ReceiveStateAsync(SourcesId(context), context.Request.Body, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        }));
        routes.MapPut(Routes.ServiceRound, ApiCall.Handler(logger, async context =>
        {
            ApiCall.AllowLargeBody(context);
            await Answer(context, await target.ReceiveRoundAsync(SourcesId(context), context.Request.Body, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        }));
        routes.MapPut(Routes.ServiceDelta, ApiCall.Handler(logger, async context =>
        {
            ApiCall.AllowLargeBody(context);
            await Answer(context, await target.ReceiveDeltaAsync(SourcesId(context), context.Request.Body, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        }));
        routes.MapPost(Routes.ServiceRelease, ApiCall.Handler(logger, async context => await ApiCall.WriteAsync(
            context, views.Show(await target.ReleaseAsync(SourcesId(context)).ConfigureAwait(false)), ProtocolJson.Default.JobInfo).ConfigureAwait(false)));
        routes.MapPost(Routes.ServiceAbort, ApiCall.Handler(logger, async context => await ApiCall.WriteAsync(
            context, await target.AbortAsync(SourcesId(context)).ConfigureAwait(false), ProtocolJson.Default.MoveStatus).ConfigureAwait(false)));
    }

    /// <summary>The id of a move that only its source may drive.</summary>
    private string SourcesId(HttpContext context)
    {
        string move = Id(context);
        PeerDoor.Require(context, target.SourceOf(move));
        return move;
    }

    private static string Id(HttpContext context) => ApiCall.Route(context, "move");

    private static Task Answer(HttpContext context, ServicePrepared prepared) => ApiCall.WriteAsync(context, prepared, ProtocolJson.Default.ServicePrepared);
}
