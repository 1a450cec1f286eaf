using Yadokari.Protocol.Errors;

namespace Yadokari.Protocol.Moves;

/// <summary>What a host would say to a job.</summary>
/// <param name="Reasons">Why it would refuse it, all at once; empty: it would take it, as far as can be seen.</param>
public sealed record MoveForecast(IReadOnlyList<ObstacleInfo> Reasons);
