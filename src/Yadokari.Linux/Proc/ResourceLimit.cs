namespace Yadokari.Linux.Proc;

/// <summary>One resource limit (getrlimit(2)).</summary>
/// <param name="Resource">RLIMIT_* number.</param>
/// <param name="Soft">In the resource's own unit; <see cref="Unlimited"/> for none.</param>
/// <param name="Hard">In the resource's own unit; <see cref="Unlimited"/> for none.</param>
public readonly record struct ResourceLimit(int Resource, ulong Soft, ulong Hard)
{
    /// <summary>RLIM_INFINITY.</summary>
    public const ulong Unlimited = ulong.MaxValue;
}
