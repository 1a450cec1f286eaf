namespace Yadokari.Protocol.Cluster;

/// <summary>A host whose certificate ends soon asks for the next one; name and addresses stay.</summary>
/// <param name="Request">PKCS#10, PEM, of a new key.</param>
public sealed record RenewCertificate(string Request);
