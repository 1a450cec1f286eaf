using Yadokari.Protocol.Drains;

namespace Yadokari.Daemon.Draining;

/// <summary>A drain as the journal keeps it: one that is not finished goes on when the daemon is started again.</summary>
/// <param name="Started">The time within which it is to end counts from here, also after a restart.</param>
public sealed record DrainRecord(DrainHost Request, DateTimeOffset Started, bool Finished, IReadOnlyList<DrainedJob> Jobs);
