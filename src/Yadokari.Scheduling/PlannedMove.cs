namespace Yadokari.Scheduling;

/// <summary>One job to one host.</summary>
/// <param name="Job">Id of a job of the view.</param>
/// <param name="Host">Name of a host of the view.</param>
/// <param name="Reason">One line for people.</param>
public sealed record PlannedMove(string Job, string Host, string Reason);
