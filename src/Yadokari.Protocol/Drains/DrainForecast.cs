namespace Yadokari.Protocol.Drains;

/// <summary>What a drain would do now. Nothing is touched for it, and no host is asked to take anything.</summary>
/// <param name="Host">Name of the host.</param>
/// <param name="Jobs">Every job that it has. Of each the outcome: <see cref="DrainOutcome.Moved"/> to a host,
/// <see cref="DrainOutcome.Saved"/> where no host has room, or <see cref="DrainOutcome.Kept"/> with its obstacles.</param>
public sealed record DrainForecast(string Host, IReadOnlyList<DrainedJob> Jobs);
