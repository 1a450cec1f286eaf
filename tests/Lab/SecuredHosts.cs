namespace Yadokari.LabTests;

/// <summary>Two hosts that talk by mutual TLS; h1 has the authority.</summary>
public sealed class SecuredHosts() : LabHosts("2");
