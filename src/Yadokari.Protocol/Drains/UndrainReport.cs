using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Protocol.Drains;

/// <summary>A host takes jobs again.</summary>
/// <param name="Resumed">Saved jobs that run again.</param>
/// <param name="Waiting">Saved jobs that could not be resumed; each one's note says why.</param>
public sealed record UndrainReport(HostInfo Host, IReadOnlyList<JobInfo> Resumed, IReadOnlyList<JobInfo> Waiting);
