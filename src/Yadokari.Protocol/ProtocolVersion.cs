namespace Yadokari.Protocol;

/// <summary>Which protocol this build speaks. Hosts with another number refuse each other's moves.</summary>
public static class ProtocolVersion
{
    /// <summary>The word a yadokari daemon answers with in <see cref="Hosts.HostInfo.Protocol"/>.</summary>
    public const string Word = "yadokari";

    public const int Current = 3;
}
