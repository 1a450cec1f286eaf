using System.Net;
using System.Net.Sockets;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Services;

/// <summary>Chooses the two neighbouring ports of a service: HTTP/1.1, then HTTP/2.</summary>
public static class ServicePorts
{
    private const int MaxPort = 65_534;
    private const int Tries = 200;

    /// <summary>The preferred ports when both are free, else any two.</summary>
    /// <param name="preferred">0: none is preferred.</param>
    /// <exception cref="YadoException">There are none.</exception>
    public static int Choose(IPAddress address, int preferred)
    {
        if (preferred is > 0 and <= MaxPort && AreFree(address, preferred))
        {
            return preferred;
        }
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            int port = AnyFree(address);
            if (port <= MaxPort && AreFree(address, port))
            {
                return port;
            }
        }
        throw new YadoException(YadoError.Failed, $"no two neighbouring ports are free on {address}");
    }

    /// <summary>Nobody listens on the port or the next one.</summary>
    public static bool AreFree(IPAddress address, int port) => IsFree(address, port) && IsFree(address, port + 1);

    private static bool IsFree(IPAddress address, int port)
    {
        using Socket probe = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(address, port));
            // Bound is not enough: two may bind that only connect.
            probe.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int AnyFree(IPAddress address)
    {
        using Socket probe = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
