namespace Yadokari.Rpc.State;

/// <summary>
/// On a <c>static void M(CarriedUpgrade old)</c> of a class with carried members: called before anything is restored
/// when the saved version is lower than the class's.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CarriedUpgradeAttribute : Attribute;
