namespace Yadokari.Protocol.Services;

/// <summary>The part of a move's offer that only a service has.</summary>
/// <param name="Place">Where it is served until the commit.</param>
public sealed record ServiceOffer(ServiceSpec Spec, ServicePlace Place);
