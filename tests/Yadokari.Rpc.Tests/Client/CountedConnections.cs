using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Yadokari.Rpc.Client;

/// <summary>The connections that a client opens, at most one to a server at a time, so that a call waits for one that is being opened.</summary>
internal sealed class CountedConnections
{
    private readonly ConcurrentQueue<EndPoint> _opened = new();

    public CountedConnections() => Handler = new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        MaxConnectionsPerServer = 1,
        ConnectCallback = async (context, cancellation) =>
        {
            _opened.Enqueue(IPEndPoint.Parse($"{context.DnsEndPoint.Host}:{context.DnsEndPoint.Port}"));
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    /// <summary>The client's to dispose.</summary>
    public SocketsHttpHandler Handler { get; }

    /// <summary>So far, to ADDR:PORT.</summary>
    public int To(string address) => _opened.Count(end => end.Equals(IPEndPoint.Parse(address)));
}
