using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli;

/// <summary>What <c>yado ps --tree --json</c> prints of a job.</summary>
/// <param name="Processes">Parents before their children; none when it does not run, or its host does not tell.</param>
public sealed record JobWithTree(JobInfo Job, IReadOnlyList<JobProcess> Processes);
