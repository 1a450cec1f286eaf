namespace Yadokari.Cli.Lab;

/// <summary>What <c>yado lab ls</c> shows of a host.</summary>
/// <param name="Init">Pid of the host's init as the machine sees it; null when the host is dead.</param>
/// <param name="UptimeSeconds">The host's own uptime; null when the host is dead.</param>
/// <param name="Link"><c>up</c> or <c>cut</c>.</param>
public sealed record LabHostStatus(string Name, string Address, int? Init, double? UptimeSeconds, string Link);
