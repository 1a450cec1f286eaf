using Yadokari.Protocol.Wire;

namespace Yadokari.Protocol.Streams;

/// <summary>A piece of what a job has written to its caller.</summary>
/// <param name="Pieces">In order; empty when nothing came in the time that was waited.</param>
/// <param name="Over">The job has ended and nothing follows.</param>
public sealed record StreamOutput(IReadOnlyList<LogChunk> Pieces, bool Over);
