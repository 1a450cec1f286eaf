namespace Yadokari.Protocol.Jobs;

/// <summary>A resource limit of whoever starts a program (getrlimit(2)).</summary>
/// <param name="Resource">RLIMIT_* number.</param>
/// <param name="Soft">In the resource's own unit; 18446744073709551615 for none.</param>
/// <param name="Hard">In the resource's own unit; what the daemon itself may not exceed, the program may not either.</param>
public sealed record CallerLimit(int Resource, ulong Soft, ulong Hard);
