namespace Yadokari.Rpc.State;

/// <summary>
/// On a base class or interface: a member of that type may hold this one. Only what is declared is restored, so that
/// saved bytes can't choose a type. <c>[JsonDerivedType]</c> does the same.
/// </summary>
/// <example><code>
/// [CarriedType(typeof(Circle), "circle")]
/// public abstract record Shape;
/// </code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface, AllowMultiple = true, Inherited = false)]
public sealed class CarriedTypeAttribute(Type type, string name) : Attribute
{
    /// <summary>The type that may be held.</summary>
    public Type Type { get; } = type;

    /// <summary>Its name in the saved state.</summary>
    public string Name { get; } = name;
}
