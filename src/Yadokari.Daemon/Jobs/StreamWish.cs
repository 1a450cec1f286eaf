using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Streams;

namespace Yadokari.Daemon.Jobs;

/// <summary>What the streams of a new job are to be.</summary>
/// <param name="Of">With <see cref="JobStreams.Inherit"/>: the process that lends them.</param>
/// <param name="Terminal">With <see cref="JobStreams.Relayed"/>: a terminal instead of pipes.</param>
/// <param name="Alone">Nobody is connected to that yet.</param>
internal sealed record StreamWish(JobStreams Kind, int? Of, RelayedTerminal? Terminal = null, bool Alone = false)
{
    public static StreamWish ForStart(StartJob start) => new(start.Streams, start.StreamsOf, start.Terminal, start.Alone);
}
