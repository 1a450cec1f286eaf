namespace StateBench;

/// <summary>What the state holds a million of.</summary>
public sealed record Entry(string Text, int Votes);
