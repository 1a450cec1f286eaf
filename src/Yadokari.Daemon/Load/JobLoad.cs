namespace Yadokari.Daemon.Load;

/// <summary>How busy a job is, mean of the last seconds.</summary>
/// <param name="Demand">Threads that ran or waited for a processor.</param>
/// <param name="CpuUse">Processors used.</param>
public sealed record JobLoad(double Demand, double CpuUse);
