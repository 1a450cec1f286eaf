namespace Yadokari.LabTests;

/// <summary>Two hosts.</summary>
public sealed class TwoHosts() : LabHosts("2");
