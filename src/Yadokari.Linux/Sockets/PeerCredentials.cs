namespace Yadokari.Linux.Sockets;

/// <summary>Who is at the other end of a unix socket (SO_PEERCRED).</summary>
public readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid);
