namespace Yadokari.Web.Watching;

/// <summary>The placement policy in a line.</summary>
public sealed record PagePolicy(string Name, string? Scheduler, string? Trouble);
