namespace Yadokari.Linux.Ptrace;

/// <summary>One ptrace stop.</summary>
/// <param name="Kind">What kind of stop.</param>
/// <param name="Signal">The signal of it; 0 when gone.</param>
public readonly record struct Stop(StopKind Kind, int Signal);
