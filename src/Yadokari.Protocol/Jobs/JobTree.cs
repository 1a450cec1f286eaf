namespace Yadokari.Protocol.Jobs;

/// <summary>The processes of a job, parents before their children; the first is its main process.</summary>
public sealed record JobTree(IReadOnlyList<JobProcess> Processes);
