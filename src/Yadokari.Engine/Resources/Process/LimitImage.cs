namespace Yadokari.Engine.Resources.Process;

/// <summary>A resource limit; ulong.MaxValue: none.</summary>
public sealed record LimitImage(int Resource, ulong Soft, ulong Hard);
