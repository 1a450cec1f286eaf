namespace Yadokari.Scheduling.Choosing;

/// <summary>A policy that can be chosen by name.</summary>
/// <param name="Meaning">One line for people.</param>
/// <param name="Make">From a value for each of the settings.</param>
public sealed record PolicyKind(
    string Name, string Meaning, IReadOnlyList<PolicySetting> Settings, Func<IReadOnlyDictionary<string, double>, IPlacementPolicy> Make);
