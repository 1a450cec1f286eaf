namespace Yadokari.Protocol.Scheduling;

/// <summary>Chooses the placement policy of all hosts that know each other.</summary>
/// <param name="Name">As <see cref="PolicyInfo.Available"/> lists it, or <c>program</c>.</param>
/// <param name="Settings">Only those that differ from the default; of <c>program</c> also <c>path</c>.</param>
/// <param name="Revision">The choice with the highest one holds. 0 from a user: the daemon gives the next one.</param>
public sealed record ChoosePolicy(string Name, IReadOnlyDictionary<string, string> Settings, long Revision);
