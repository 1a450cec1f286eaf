namespace Yadokari.Scheduling.Tests.Simulation;

/// <param name="Lifetime">Seconds of work it brings.</param>
internal sealed record SimulatedJob(int Number, double Arrived, double Lifetime)
{
    /// <summary>Seconds of work to do.</summary>
    public required double Left { get; set; }
}
