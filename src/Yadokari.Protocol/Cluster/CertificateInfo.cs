namespace Yadokari.Protocol.Cluster;

/// <summary>A certificate that was given out.</summary>
/// <param name="Certificate">The host's, PEM.</param>
/// <param name="Authority">The cluster's, PEM.</param>
public sealed record CertificateInfo(string Certificate, string Authority);
