namespace Yadokari.Engine.Checkpointing;

/// <summary>Bytes of memory captured so far, of how many.</summary>
public readonly record struct CaptureProgress(long Done, long Total);
