namespace Yadokari.Rpc.Server.Replies;

/// <summary>The kept replies of one client. Used under its own lock.</summary>
/// <param name="peer">Who sent its first call.</param>
internal sealed class ClientReplies(string peer)
{
    public string Peer { get; } = peer;

    public Dictionary<long, KeptReply> Done { get; } = [];

    public Dictionary<long, RunningCall> Running { get; } = [];

    /// <summary>Calls below it have been answered for good.</summary>
    public long Acknowledged { get; set; }

    /// <summary>Milliseconds of the machine's uptime.</summary>
    public long LastSeen { get; set; } = Environment.TickCount64;

    /// <summary>Forgotten: whoever has it in hand looks for the client anew.</summary>
    public bool IsGone { get; set; }

    /// <summary>Bytes of its replies.</summary>
    public long Bytes => Done.Values.Sum(r => (long)r.Size);

    /// <summary>Forgets what the client has acknowledged.</summary>
    /// <returns>Bytes that are free now.</returns>
    public long Trim(long acknowledged)
    {
        if (acknowledged <= Acknowledged)
        {
            return 0;
        }
        Acknowledged = acknowledged;
        long free = 0;
        foreach (long number in Done.Keys.Where(n => n < acknowledged).ToList())
        {
            free += Done[number].Size;
            Done.Remove(number);
        }
        return free;
    }
}
