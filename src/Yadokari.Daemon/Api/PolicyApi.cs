using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Scheduling;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Scheduling;
using Yadokari.Scheduling.Choosing;

namespace Yadokari.Daemon.Api;

/// <summary>Routes about the placement policy.</summary>
public sealed class PolicyApi(PolicyBook book, SchedulerLoop scheduler, MoveOrders orders, DecisionLog log, PeerBook peers, ILogger<PolicyApi> logger)
{
    private const int MaxSettings = 64;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Policy, ApiCall.Handler(logger, Answer));
        routes.MapPost(Routes.Policy, ApiCall.Handler(logger, async context =>
        {
            ChoosePolicy choice = Check(await ApiCall.ReadAsync(context, ProtocolJson.Default.ChoosePolicy).ConfigureAwait(false));
            try
            {
                if (choice.Revision > 0)
                {
                    book.Adopt(choice);
                }
                else
                {
                    ApiCall.RequireLocal(context);
                    await ChooseAsync(choice, context.RequestAborted).ConfigureAwait(false);
                }
            }
            catch (PolicyChoiceException failure)
            {
                throw new YadoException(YadoError.WrongUsage, failure.Message, failure);
            }
            await Answer(context).ConfigureAwait(false);
        }));
    }

    private async Task ChooseAsync(ChoosePolicy choice, CancellationToken cancellation)
    {
        if (choice.Name == PolicyMaker.Program && choice.Settings.GetValueOrDefault("path") is { } path && !File.Exists(path))
        {
            throw new YadoException(YadoError.NotFound, $"no file {Bounds.Shorten(path)} on this host: the program must be there on every host that may schedule");
        }
        ChoosePolicy chosen = book.Choose(choice);
        IReadOnlyList<PeerInfo> known = await peers.AskAllAsync(cancellation).ConfigureAwait(false);
        await scheduler.TellAsync(chosen, known.Where(p => p.Host is not null).Select(p => new HostPlace(p.Address, p.Name)), cancellation).ConfigureAwait(false);
    }

    private static ChoosePolicy Check(ChoosePolicy choice) =>
        choice.Name.Length <= Limits.MaxNameLength && choice.Settings.Count <= MaxSettings && choice.Revision >= 0
            && choice.Settings.All(s => s.Key.Length <= Limits.MaxNameLength && s.Value.Length <= Limits.MaxPathLength)
            ? choice
            : throw new YadoException(YadoError.WrongUsage, "the choice of a policy is too long");

    private Task Answer(HttpContext context)
    {
        (ChoosePolicy choice, PolicyChoice made) = book.Held;
        Dictionary<string, string> settings = made.Settings.ToDictionary(s => s.Key, s => s.Value.ToString(CultureInfo.InvariantCulture));
        if (choice.Settings.TryGetValue("path", out string? path))
        {
            settings["path"] = path;
        }
        return ApiCall.WriteAsync(context, new PolicyInfo
        {
            Choice = choice,
            Settings = settings,
            Scheduler = scheduler.Scheduler,
            Rounds = scheduler.Rounds,
            Ordered = orders.Ordered,
            Failed = orders.Failed,
            Refused = scheduler.Refused,
            LastRoundMilliseconds = scheduler.LastRoundMilliseconds,
            Trouble = scheduler.Trouble,
            Log = log.File,
            Available = PolicyMaker.Available,
        }, ProtocolJson.Default.PolicyInfo);
    }
}
