namespace Yadokari.Protocol.Services;

/// <summary>What the target of a move has done.</summary>
/// <param name="Place">Where the service will be after the commit.</param>
/// <param name="Milliseconds">How long the step took there.</param>
public sealed record ServicePrepared(ServicePlace Place, double Milliseconds);
