namespace Yadokari.Carry;

/// <summary>What is wrong with a header of carried variables, and in which line.</summary>
public sealed record Finding(int Line, string Message);
