namespace Yadokari.Protocol.Hosts;

/// <summary>How a host was, oldest first.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Capacity">Processors that jobs may use.</param>
public sealed record LoadHistory(string Host, double Capacity, long MemoryTotal, IReadOnlyList<LoadSample> Samples)
{
    /// <summary>How its peers were; null where they were not asked for.</summary>
    public IReadOnlyList<LoadHistory>? Others { get; init; }
}
