using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <summary>The part of a job's record that only a service has.</summary>
/// <param name="Place">Where this host serves it.</param>
/// <param name="Elsewhere">Where it went; only when it has moved.</param>
public sealed record ServicePart(ServiceSpec Spec, ServicePlace Place, ServicePlace? Elsewhere = null);
