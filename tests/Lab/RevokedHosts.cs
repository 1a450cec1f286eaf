namespace Yadokari.LabTests;

/// <summary>Three hosts for tests that shut one of them out.</summary>
public sealed class RevokedHosts() : LabHosts("3");
