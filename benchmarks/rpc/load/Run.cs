using Yadokari.Protocol.Moves;

namespace RpcLoad;

/// <summary>What was seen over one protocol.</summary>
/// <param name="Quiet">Calls while nothing moved.</param>
/// <param name="Calls">Calls while it moved again and again.</param>
internal sealed record Run(string Protocol, IReadOnlyList<Call> Quiet, IReadOnlyList<Call> Calls, IReadOnlyList<MoveReport> Moves, IReadOnlyList<string> Failures)
{
    /// <summary>Calls that met a move: held, told "moved", made again.</summary>
    public IEnumerable<double> Pauses => Calls.Where(c => c.Moves > 0).Select(c => c.Milliseconds);

    public double QuietP99 => Figures.Quantile(Quiet.Select(c => c.Milliseconds), 0.99);
}
