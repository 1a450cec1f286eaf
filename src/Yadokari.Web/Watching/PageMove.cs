namespace Yadokari.Web.Watching;

/// <summary>A job went from host to host.</summary>
/// <param name="Epoch">The job's, on the new host: with it the move is told apart from others.</param>
/// <param name="At">Unix time, milliseconds; to about a second of a move that this program only saw.</param>
/// <param name="Downtime">Milliseconds; null: this program did not order it, and was not told.</param>
/// <param name="Total">Milliseconds from the order to the end.</param>
/// <param name="ByPage">Somebody ordered it on the page.</param>
public sealed record PageMove(
    string Job, string Name, string From, string To, int Epoch, long At, double? Downtime, double? Total, long? Bytes, int? Rounds, bool ByPage);
