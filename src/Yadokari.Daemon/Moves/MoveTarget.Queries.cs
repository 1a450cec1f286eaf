using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <content>What others ask about moves to this host; nothing is changed.</content>
public sealed partial class MoveTarget
{
    /// <summary>The host that a move comes from; null when it is not known here.</summary>
    public string? SourceOf(string id) => _moves.TryGetValue(id, out IncomingMove? move) ? move.Record.Offer.SourceName : null;

    /// <summary>Jobs are on their way here.</summary>
    public bool IsExpecting => _moves.Values.Any(m => !m.Record.State.IsFinal);

    public MovePhase? PhaseOf(string id) => _moves.TryGetValue(id, out IncomingMove? move) ? move.Record.State.Phase : null;

    /// <summary>True when a file of the images directory belongs to a move that may still need it.</summary>
    public bool NeedsImage(string move) => _moves.TryGetValue(move, out IncomingMove? known) && !known.Record.State.IsFinal;

    /// <summary>True when a job directory belongs to a move that is under way.</summary>
    public bool NeedsJob(string job, int epoch) =>
        _moves.Values.Any(m => !m.Record.State.IsFinal && m.Record.Offer.JobId == job && m.Record.Offer.Epoch == epoch);
}
