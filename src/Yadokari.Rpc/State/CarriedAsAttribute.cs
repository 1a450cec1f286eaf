namespace Yadokari.Rpc.State;

/// <summary>
/// The name under which a member is written and read, so that it can be renamed in the source while older and newer
/// versions of the program still understand each other, in both directions.
/// </summary>
/// <example><code>[Carried, CarriedAs("_hits")] private long _lookups;</code></example>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class CarriedAsAttribute(string name) : Attribute
{
    /// <summary>The name in the saved state.</summary>
    public string Name { get; } = name;
}
