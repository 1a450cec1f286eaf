namespace Yadokari.Rpc.State;

/// <summary>
/// This field or property moves with the server. Its class must be <c>partial</c>; the generator then makes the class
/// an <see cref="ICarriedState"/>. A member that can't be carried is a compile-time error (docs/carried-state.md lists
/// them all).
/// </summary>
/// <example><code>
/// public sealed partial class Counter
/// {
///     [Carried] private long _count;
/// }
///
/// builder.Services.AddCarried&lt;Counter&gt;();
/// </code></example>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class CarriedAttribute : Attribute
{
    /// <summary>State without this member is refused; otherwise the member keeps what the constructor gave it.</summary>
    public bool Required { get; set; }
}
