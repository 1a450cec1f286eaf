namespace Yadokari.Rpc.Server;

/// <summary>How a server moves. The defaults suit short calls.</summary>
public sealed class YadokariOptions
{
    /// <summary>Bytes of all carried state together; a move of more is refused and the source serves on.</summary>
    public long MaxStateBytes { get; set; } = 256L << 20;

    /// <summary>How long a call that arrives during a move is held before it is answered 503, to be tried again.</summary>
    public TimeSpan HoldBound { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Calls held at once; more are answered 503, to be tried again.</summary>
    public int MaxHeldCalls { get; set; } = 10_000;

    /// <summary>How long streaming calls and WebSockets may go on after <see cref="IMoveNotice.Moving"/>; then they are cut and have to
    /// connect again. Other calls are served meanwhile.</summary>
    public TimeSpan StreamingBound { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an instance that the service has left goes on telling where it is.</summary>
    public TimeSpan MovedLinger { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A move waits until the calls in flight have ended, as long as they last. False: other calls are served meanwhile. True: other
    /// calls are held meanwhile, which a service needs that has a call under way at any time.
    /// </summary>
    public bool HoldWhileCallsLast { get; set; }

    /// <summary>Bytes of a numbered call, which is read before it runs; a larger one is refused.</summary>
    public long MaxRequestBytes { get; set; } = 16L << 20;

    /// <summary>How long a numbered call runs on after its connection broke, for its client to ask again; then it is told to end.</summary>
    public TimeSpan AbandonedCallBound { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of one reply that is kept for a repeated call; a larger one is passed through, and the repeated call is refused.</summary>
    public int MaxReplyBytes { get; set; } = 1 << 20;

    /// <summary>Replies kept for one client that does not acknowledge; its further calls are answered 503.</summary>
    public int MaxRepliesPerClient { get; set; } = 1024;

    /// <summary>Bytes of all kept replies together. When there are more, the peer (authenticated name, or address) with the most gives way:
    /// its own calls are answered 503, and for the calls of others the replies kept for its most silent clients are forgotten.</summary>
    public long MaxReplyTableBytes { get; set; } = 64L << 20;

    /// <summary>Clients whose replies are kept. When there are more, those silent for longer than <see cref="ClientLease"/> are forgotten, then
    /// the most silent ones of the peer (authenticated name, or address) that has the most.</summary>
    public int MaxClients { get; set; } = 10_000;

    /// <summary>How long a silent client can count on its last replies being kept.</summary>
    public TimeSpan ClientLease { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Calls that a new instance makes to itself before it takes over, so that its first real call is not the one
    /// that is compiled. They may change state: what the service carries replaces it afterwards.
    /// </summary>
    public Func<HttpClient, CancellationToken, Task>? WarmUp { get; set; }
}
