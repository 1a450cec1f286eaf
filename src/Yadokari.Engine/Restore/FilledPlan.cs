namespace Yadokari.Engine.Restore;

/// <summary>The rest of a plan for a job whose process is there already.</summary>
/// <param name="Plan">The operations of both.</param>
/// <param name="Init">Number of the operation at which the init goes on.</param>
/// <param name="Job">That of the job's process.</param>
public sealed record FilledPlan(RestorePlan Plan, int Init, int Job);
