using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Yadokari.Protocol.Wire;

namespace Yadokari.Web.Entry;

/// <summary>
/// Bounds the connections of the page. Only one with a request of somebody who has the cookie under way is safe from being ended:
/// whoever opens many and says nothing, or has no cookie, pushes out his own, and the page stays served.
/// </summary>
public sealed class PageDoor
{
    /// <summary>Well below 1024, which a process may usually have open.</summary>
    private const int Most = 256;

    /// <summary>Before a proxy all callers have one address.</summary>
    private const int MostIdleOfCaller = 64;

    private readonly DoorKeeper _keeper = new(Most, MostIdleOfCaller);

    /// <summary>Goes on with a connection, before its handshake, when there is room for it.</summary>
    public Task AdmitAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        string caller = (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "";
        return _keeper.AdmitAsync(caller, connection.Abort, pass =>
        {
            connection.Features.Set(pass);
            return next(connection);
        });
    }

    /// <summary>Behind <see cref="PageGuard"/>: the request is one of who has the cookie.</summary>
    public static Task Hold(HttpContext context, RequestDelegate next) =>
        context.Features.Get<DoorPass>() is { } pass ? pass.HoldAsync(() => next(context)) : next(context);
}
