namespace Yadokari.Scheduling.Choosing;

/// <summary>A number that a policy, or the guard, can be given.</summary>
/// <param name="IsWhole">A whole number.</param>
/// <param name="Meaning">For people, with its unit.</param>
public sealed record PolicySetting(string Name, double Default, double Least, double Most, bool IsWhole, string Meaning);
