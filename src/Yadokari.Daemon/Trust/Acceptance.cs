using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Yadokari.Daemon.Api;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Trust;

/// <summary>
/// What other hosts may ask of this daemon, and for which users. A route that is not listed here is closed to them. Callers by
/// the unix socket are this machine's own and may ask everything.
/// </summary>
/// <param name="uid">The user the daemon runs jobs as.</param>
/// <param name="users">Null: any.</param>
public sealed class Acceptance(AcceptedActs acts, uint uid, IReadOnlySet<uint>? users)
{
    /// <summary>An act, or <see cref="AcceptedActs.None"/> for what every host of the cluster may.</summary>
    private static readonly Dictionary<(string Method, string Route), AcceptedActs> Asked = new()
    {
        [("POST", Routes.Moves)] = AcceptedActs.Move,
        [("POST", Routes.ForeseeMove)] = AcceptedActs.Move,
        [("POST", Routes.ServiceMoves)] = AcceptedActs.Move,
        [("PUT", Routes.Program)] = AcceptedActs.Move,
        [("POST", Routes.Jobs)] = AcceptedActs.Start,
        [("POST", Routes.Services)] = AcceptedActs.Start,
        [("POST", Routes.Signal)] = AcceptedActs.Signal,
        [("DELETE", Routes.Job)] = AcceptedActs.Signal,
        [("POST", Routes.MoveJob)] = AcceptedActs.Send,
        [("POST", Routes.CheckJob)] = AcceptedActs.Send,
        [("POST", Routes.Drain)] = AcceptedActs.Drain,
        [("GET", Routes.Drain)] = AcceptedActs.Drain,
        [("POST", Routes.Undrain)] = AcceptedActs.Drain,
        [("POST", Routes.Policy)] = AcceptedActs.Policy,
        [("GET", Routes.Logs)] = AcceptedActs.Logs,

        // Whoever brought a foreground job here feeds and reads it.
        [("GET", Routes.StreamOutput)] = AcceptedActs.Move | AcceptedActs.Start,
        [("PUT", Routes.StreamInput)] = AcceptedActs.Move | AcceptedActs.Start,
        [("POST", Routes.StreamClose)] = AcceptedActs.Move | AcceptedActs.Start,
        [("POST", Routes.StreamAttach)] = AcceptedActs.Move | AcceptedActs.Start,
        [("POST", Routes.StreamDetach)] = AcceptedActs.Move | AcceptedActs.Start,
        [("POST", Routes.StreamSize)] = AcceptedActs.Move | AcceptedActs.Start,

        // Looking.
        [("GET", Routes.Host)] = AcceptedActs.None,
        [("GET", Routes.Hosts)] = AcceptedActs.None,
        [("GET", Routes.Jobs)] = AcceptedActs.None,
        [("GET", Routes.Processes)] = AcceptedActs.None,
        [("GET", Routes.Job)] = AcceptedActs.None,
        [("GET", Routes.Wait)] = AcceptedActs.None,
        [("GET", Routes.Load)] = AcceptedActs.None,
        [("GET", Routes.Policy)] = AcceptedActs.None,
        [("GET", Routes.Service)] = AcceptedActs.None,
        [("GET", Routes.Metrics)] = AcceptedActs.None,
        [("GET", Routes.Health)] = AcceptedActs.None,

        // Being a host of the cluster.
        [("POST", Routes.Greet)] = AcceptedActs.None,
        [("GET", Routes.ClusterAuthority)] = AcceptedActs.None,
        [("POST", Routes.ClusterJoin)] = AcceptedActs.None,
        [("POST", Routes.ClusterRenew)] = AcceptedActs.None,
        [("POST", Routes.ClusterRevoked)] = AcceptedActs.None,

        // The course of a move that was accepted; only its source, and each looks whose it is.
        [("GET", Routes.Move)] = AcceptedActs.None,
        [("PUT", Routes.MoveImage)] = AcceptedActs.None,
        [("GET", Routes.MoveRound)] = AcceptedActs.None,
        [("POST", Routes.MovePrepare)] = AcceptedActs.None,
        [("POST", Routes.MoveRelease)] = AcceptedActs.None,
        [("POST", Routes.MoveAbort)] = AcceptedActs.None,
        [("GET", Routes.ServiceMove)] = AcceptedActs.None,
        [("POST", Routes.ServiceStart)] = AcceptedActs.None,
        [("PUT", Routes.ServiceState)] = AcceptedActs.None,
        [("PUT", Routes.ServiceRound)] = AcceptedActs.None,
        [("PUT", Routes.ServiceDelta)] = AcceptedActs.None,
        [("POST", Routes.ServiceRelease)] = AcceptedActs.None,
        [("POST", Routes.ServiceAbort)] = AcceptedActs.None,
    };

    private static readonly (string Word, AcceptedActs Act)[] Words =
    [
        ("move", AcceptedActs.Move), ("start", AcceptedActs.Start), ("signal", AcceptedActs.Signal), ("send", AcceptedActs.Send),
        ("drain", AcceptedActs.Drain), ("policy", AcceptedActs.Policy), ("logs", AcceptedActs.Logs), ("all", AcceptedActs.All), ("none", AcceptedActs.None),
    ];

    /// <summary>Reads what an administrator has said. What is left out: a daemon of an ordinary user accepts all, for its own
    /// user, since its other hosts are the same user's; one of root nothing but looks, and runs nothing for others.</summary>
    /// <param name="acts">Words with commas; null: as usual.</param>
    /// <param name="users">Names and numbers with commas, or "all"; null: as usual.</param>
    /// <exception cref="YadoException">Something else; exit status 2.</exception>
    public static Acceptance Parse(string? acts, string? users, uint uid)
    {
        AcceptedActs accepted = acts is null
            ? uid == 0 ? AcceptedActs.None : AcceptedActs.All
            : acts.Split(',').Aggregate(AcceptedActs.None, (all, word) => all | ActOf(word.Trim()));
        HashSet<uint>? whose = users switch
        {
            null => uid == 0 ? [] : [uid],
            "all" => null,
            _ => [.. users.Split(',').Select(u => UserOf(u.Trim()))],
        };
        return new Acceptance(accepted, uid, whose);
    }

    /// <summary>One of these acts.</summary>
    public bool Accepts(AcceptedActs act) => (acts & act) != 0 && (!RunsSomething(act) || users is null || users.Contains(uid));

    /// <summary>Before any route, behind what has found it.</summary>
    public Task Guard(HttpContext context, RequestDelegate next)
    {
        if (ApiCall.IsLocal(context) || context.GetEndpoint() is not RouteEndpoint endpoint || Explain(context.Request.Method, endpoint.RoutePattern.RawText ?? "") is not { } reason)
        {
            return next(context);
        }
        return ApiCall.WriteAsync(context, new ErrorBody(reason, YadoError.Refused, []), ProtocolJson.Default.ErrorBody, StatusCodes.Status403Forbidden);
    }

    /// <summary>Null when another host may ask that; else why not, for its user.</summary>
    public string? Explain(string method, string route)
    {
        if (!Asked.TryGetValue((method, route), out AcceptedActs act))
        {
            return "only a program on the host itself may ask that";
        }
        if (act == AcceptedActs.None || Accepts(act))
        {
            return null;
        }
        string word = Words.First(w => act.HasFlag(w.Act)).Word;
        return (acts & act) != 0
            ? $"that host runs nothing of user {uid} for other hosts: 'yado host --accept-users {(uid == 0 ? "root" : uid.ToString(CultureInfo.InvariantCulture))}' there allows it"
            : $"that host does not accept '{word}' from other hosts: 'yado host --accept {word}{(RunsSomething(act) && uid == 0 ? " --accept-users root" : "")}' there allows it";
    }

    public override string ToString()
    {
        string[] said = [.. Words.Where(w => w.Act is not (AcceptedActs.All or AcceptedActs.None) && Accepts(w.Act)).Select(w => w.Word)];
        return said.Length == 0 ? "nothing but looks" : string.Join(',', said);
    }

    /// <summary>It brings a program here that runs as the daemon's user.</summary>
    private static bool RunsSomething(AcceptedActs act) => (act & (AcceptedActs.Move | AcceptedActs.Start | AcceptedActs.Policy)) != 0;

    private static AcceptedActs ActOf(string word) => Words.Any(w => w.Word == word)
        ? Words.First(w => w.Word == word).Act
        : throw new YadoException(YadoError.WrongUsage, $"'{Bounds.Shorten(word)}' is nothing that can be accepted: give {string.Join(", ", Words.Select(w => w.Word))}");

    private static uint UserOf(string user)
    {
        if (uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
        {
            return number;
        }
        // name:password:uid:… (passwd(5))
        string? line = File.ReadLines("/etc/passwd").FirstOrDefault(l => l.StartsWith(user + ":", StringComparison.Ordinal));
        return line?.Split(':') is [_, _, { } uid, ..] && user.Length > 0 && uint.TryParse(uid, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            ? number
            : throw new YadoException(YadoError.WrongUsage, $"there is no user '{Bounds.Shorten(user)}': give its name or number");
    }
}
