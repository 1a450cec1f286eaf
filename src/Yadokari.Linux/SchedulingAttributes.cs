namespace Yadokari.Linux;

/// <summary>What sched_getattr(2) tells that is carried.</summary>
public readonly record struct SchedulingAttributes(uint Policy, bool ResetOnFork, int Nice, uint Priority);
