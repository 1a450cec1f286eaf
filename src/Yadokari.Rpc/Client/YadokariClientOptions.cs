namespace Yadokari.Rpc.Client;

/// <summary>How a client follows a movable service.</summary>
public sealed class YadokariClientOptions
{
    /// <summary>Name of the service, to ask the daemons for it; learned from its first answer when left out.</summary>
    public string? Service { get; set; }

    /// <summary>Daemons that may be asked where the service is and which hosts belong to the cluster: the path of a daemon's
    /// socket; or ADDR:PORT, which needs <see cref="Security"/>. When left empty: the daemon of this user on this machine, if
    /// there is one.</summary>
    public IList<string> Daemons { get; } = [];

    /// <summary>By what certificate daemons at ADDR:PORT are asked; null: that of the process, else they are not asked.</summary>
    public Protocol.Client.ILinkSecurity? Security { get; set; }

    /// <summary>
    /// IP addresses that a "moved" may lead to, besides the address the client was given and the hosts that the daemons know.
    /// A "moved" to anywhere else is not followed: the call fails.
    /// </summary>
    public ISet<string> AllowedHosts { get; } = new HashSet<string>();

    /// <summary>How long a call may take in all, moves and repetitions included. A gRPC call has a deadline of its own; for it this is how
    /// long it is made again.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one attempt may take before the call is made again under the same number; not for gRPC, whose connections are
    /// looked after by pings.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of a request that are kept to be able to make the call again; a larger one fails at once.</summary>
    public long MaxRequestBytes { get; set; } = 16L << 20;

    /// <summary>Bytes of a reply that are read before the call counts as answered; a larger one fails.</summary>
    public long MaxReplyBytes { get; set; } = 64L << 20;

    /// <summary>Calls that last: followed when they are answered "moved", but neither numbered, nor repeated, nor read ahead. By
    /// default server-sent events. Which calls of gRPC last is the server's to know.</summary>
    public Func<HttpRequestMessage, bool> IsStreaming { get; set; } = static request => request.Headers.Accept.Any(a => a.MediaType == "text/event-stream");
}
