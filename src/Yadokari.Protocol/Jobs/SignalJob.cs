namespace Yadokari.Protocol.Jobs;

/// <summary>Sends a signal to the main process of a job.</summary>
/// <param name="Signal">1–64.</param>
public sealed record SignalJob(int Signal);
