using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Api;

/// <summary>Routes between the two hosts of a move.</summary>
public sealed class MoveApi(MoveSource source, MoveTarget target, JobViews views, CancellationToken stopping, ILogger<MoveApi> logger)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Routes.Moves, ApiCall.Handler(logger, async context =>
        {
            MoveOffer offer = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.MoveOffer).ConfigureAwait(false));
            PeerDoor.Require(context, offer.SourceName);
            await Answer(context, await target.ReserveAsync(offer, stopping).ConfigureAwait(false)).ConfigureAwait(false);
        }));
        routes.MapPost(Routes.ForeseeMove, ApiCall.Handler(logger, async context =>
        {
            ForeseeMove question = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.ForeseeMove).ConfigureAwait(false));
            PeerDoor.Require(context, question.Offer.SourceName);
            // Files may lie on another machine that does not answer.
            await ApiCall.WriteAsync(context, await Task.Run(() => target.Foresee(question)).ConfigureAwait(false), ProtocolJson.Default.MoveForecast).ConfigureAwait(false);
        }));
        routes.MapGet(Routes.Move, ApiCall.Handler(logger, context =>
        {
            string move = Id(context);
            MoveVerdict verdict = source.VerdictOf(move);
            MovePhase phase = target.PhaseOf(move) ?? (verdict == MoveVerdict.Commit ? MovePhase.Committed : MovePhase.Reserved);
            return Answer(context, new MoveStatus(move, phase, verdict));
        }));
        routes.MapPut(Routes.MoveImage, ApiCall.Handler(logger, async context =>
        {
            ApiCall.AllowLargeBody(context);
            await Answer(context, await target.ReceiveAsync(SourcesId(context), context.Request.Body, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        }));
        routes.MapGet(Routes.MoveRound, ApiCall.Handler(logger, async context =>
        {
            string move = SourcesId(context);
            int rounds = int.TryParse(ApiCall.Route(context, "round"), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? number
                : throw new YadoException(YadoError.WrongUsage, "not the number of a round");
            await Answer(context, await target.RoundAsync(move, rounds, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        }));
        routes.MapPost(Routes.MovePrepare, ApiCall.Handler(logger, async context =>
        {
            PrepareMove prepare = Bounds.Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.PrepareMove).ConfigureAwait(false));
            await Answer(context, await target.PrepareAsync(SourcesId(context), prepare, context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        }));
        routes.MapPost(Routes.MoveRelease, ApiCall.Handler(logger, async context => await ApiCall.WriteAsync(
            context, views.Show(await target.ReleaseAsync(SourcesId(context), stopping).ConfigureAwait(false)), ProtocolJson.Default.JobInfo).ConfigureAwait(false)));
        routes.MapPost(Routes.MoveAbort, ApiCall.Handler(logger, async context =>
            await Answer(context, await target.AbortAsync(SourcesId(context)).ConfigureAwait(false)).ConfigureAwait(false)));
    }

    /// <summary>The id of a move that only its source may drive.</summary>
    private string SourcesId(HttpContext context)
    {
        string move = Id(context);
        PeerDoor.Require(context, target.SourceOf(move));
        return move;
    }

    private static string Id(HttpContext context) => ApiCall.Route(context, "move");

    private static Task Answer(HttpContext context, MoveStatus status) => ApiCall.WriteAsync(context, status, ProtocolJson.Default.MoveStatus);
}
