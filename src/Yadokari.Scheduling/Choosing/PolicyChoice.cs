using Yadokari.Scheduling.Guarding;

namespace Yadokari.Scheduling.Choosing;

/// <summary>What a user chose, checked.</summary>
/// <param name="Guard">The bounds that go with it.</param>
/// <param name="Every">Seconds from one round to the next.</param>
/// <param name="Settings">A value for every setting of the policy and of the guard.</param>
public sealed record PolicyChoice(IPlacementPolicy Policy, GuardSettings Guard, double Every, IReadOnlyDictionary<string, double> Settings);
