using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Yadokari.Daemon.Api;
using Yadokari.Linux.Proc;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Trust;

/// <summary>The daemon's two doors, each with a bound of its own: whoever crowds the one for other hosts leaves the local one free.</summary>
public sealed class Doors
{
    private const int LeastOfDoor = 16;
    private const int MostOfDoor = 4096;

    /// <param name="descriptors">How many the daemon may have open.</param>
    public Doors(ulong descriptors)
    {
        Local = KeeperOf(descriptors / 4, idleShare: 2);
        Peers = KeeperOf(descriptors / 8, idleShare: 4);
    }

    /// <summary>Programs of this machine, by user.</summary>
    public DoorKeeper Local { get; }

    /// <summary>Other hosts, by address.</summary>
    public DoorKeeper Peers { get; }

    /// <summary>This process has as many descriptors as it is allowed to have, from here on.</summary>
    public static Doors Open() => new(OpenFileLimit.Raise());

    /// <summary>Goes on with a connection when there is room for it, and counts it until it is over.</summary>
    public Task AdmitAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        LocalCaller? local = connection.Features.Get<LocalCaller>();
        string caller = local is not null
            ? local.Uid.ToString(CultureInfo.InvariantCulture)
            : (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "";
        return (local is not null ? Local : Peers).AdmitAsync(caller, connection.Abort, pass =>
        {
            connection.Features.Set(pass);
            return next(connection);
        });
    }

    /// <summary>Before any route: a request is under way on its connection.</summary>
    public static Task Guard(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<DoorPass>() is not { } pass)
        {
            return next(context);
        }
        pass.Serial = context.Connection.ClientCertificate?.SerialNumber;
        return pass.HoldAsync(() => next(context));
    }

    private static DoorKeeper KeeperOf(ulong share, int idleShare)
    {
        int most = (int)Math.Clamp(share, LeastOfDoor, MostOfDoor);
        return new DoorKeeper(most, most / idleShare);
    }
}
