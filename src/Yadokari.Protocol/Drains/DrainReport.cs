namespace Yadokari.Protocol.Drains;

/// <summary>What a drain did.</summary>
/// <param name="Host">Name of the drained host.</param>
/// <param name="Jobs">Every job that it had.</param>
/// <param name="Milliseconds">From the request to the last job.</param>
public sealed record DrainReport(string Host, IReadOnlyList<DrainedJob> Jobs, double Milliseconds)
{
    /// <summary>Bytes sent or written for all jobs.</summary>
    public long Bytes => Jobs.Sum(j => j.Bytes);
}
