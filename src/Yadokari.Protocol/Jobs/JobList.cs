namespace Yadokari.Protocol.Jobs;

/// <summary>Jobs of one host, or of all hosts it can reach.</summary>
/// <param name="Unreachable">Hosts that were asked and did not answer.</param>
public sealed record JobList(IReadOnlyList<JobInfo> Jobs, IReadOnlyList<string> Unreachable);
