namespace Yadokari.Scheduling.Guarding;

/// <summary>A planned move that is not made.</summary>
/// <param name="Why">One line for people.</param>
public sealed record RefusedMove(string Job, string Host, string Why);
