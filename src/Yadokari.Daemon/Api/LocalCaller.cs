namespace Yadokari.Daemon.Api;

/// <summary>Who is at the other end of the unix socket (SO_PEERCRED), as this host sees it.</summary>
/// <param name="Pid">0 when it is in a pid namespace that this host does not see.</param>
public sealed record LocalCaller(int Pid, uint Uid);
