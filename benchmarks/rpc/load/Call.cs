namespace RpcLoad;

/// <summary>One call that was answered.</summary>
/// <param name="Key">What the service counts.</param>
/// <param name="Milliseconds">As its client saw it.</param>
/// <param name="Moves">How often it was answered "moved" on its way.</param>
/// <param name="Began">Stopwatch ticks.</param>
internal sealed record Call(string Key, double Milliseconds, int Moves, long Began);
