namespace Yadokari.Cli.Demo;

/// <summary>How one program fared.</summary>
/// <param name="MemoryBytes">Process memory that was carried.</param>
/// <param name="DowntimeMilliseconds">How long it stood still.</param>
/// <param name="Identical">It ended on the other host, with the exit status and every byte of output of an unmoved run.</param>
/// <param name="Reason">Why not; null when identical.</param>
public sealed record DemoResult(
    string Program, string Work, long MemoryBytes, double DowntimeMilliseconds, double TotalMilliseconds, bool Identical, string? Reason);
