namespace Yadokari.Protocol.Jobs;

/// <summary>Sends a signal to the main process of a job.</summary>
/// <param name="Signal">1–64.</param>
/// <param name="Group">The whole process group of the main process, as a key of a terminal would.</param>
public sealed record SignalJob(int Signal, bool Group = false);
