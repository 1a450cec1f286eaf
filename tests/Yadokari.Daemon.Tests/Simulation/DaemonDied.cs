namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>Thrown by everything that a dead daemon still tries to do: code of a dead process has no effects.</summary>
public sealed class DaemonDied(string where) : Exception($"the daemon died at {where}");
