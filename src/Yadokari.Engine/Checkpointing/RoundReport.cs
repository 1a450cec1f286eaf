namespace Yadokari.Engine.Checkpointing;

/// <summary>Memory that was copied once while the job ran.</summary>
/// <param name="Bytes">As many.</param>
/// <param name="Milliseconds">So long it took.</param>
public sealed record RoundReport(long Bytes, double Milliseconds);
