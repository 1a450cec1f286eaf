namespace Yadokari.Rpc.State;

/// <summary>Rules for the state of a class with <see cref="CarriedAttribute"/> members; each has a default.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CarriedStateAttribute : Attribute
{
    /// <summary>The size bound when none is declared, in bytes: 256 MiB.</summary>
    public const long DefaultMaxBytes = 256L << 20;

    /// <summary>The name of the state, one of its kind in a server. Default: the full name of the class.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Raise it when older state needs an upgrade (<see cref="CarriedUpgradeAttribute"/>), or when older programs must
    /// not take this one's state: state of a higher version is refused. Adding or removing a member needs neither.
    /// </summary>
    public int Version { get; set; } = 1;

    /// <summary>What happens to members that this version does not have. Default: ignored.</summary>
    public UnknownMembers Unknown { get; set; }

    /// <summary>Bound for the whole saved state, in bytes. What is larger is neither written nor read.</summary>
    public long MaxBytes { get; set; } = DefaultMaxBytes;
}
