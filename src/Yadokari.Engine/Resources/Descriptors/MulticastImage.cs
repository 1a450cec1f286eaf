namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A multicast group of which a socket is a member.</summary>
/// <param name="Level">SOL_IP or SOL_IPV6.</param>
/// <param name="Interface">Name of the interface on which it is; its number is another one on each host.</param>
/// <param name="Group">The group's address, for people.</param>
/// <param name="Filter">struct group_filter: which senders it hears there.</param>
public sealed record MulticastImage(int Level, string Interface, string Group, byte[] Filter);
