namespace Yadokari.Protocol.Hosts;

/// <summary>Says whether somebody works at the host; kept until it is told something else.</summary>
public sealed record SetOwner(OwnerWord Owner);
