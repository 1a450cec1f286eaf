namespace Yadokari.Linux.Sockets;

/// <summary>What sock_diag(7) tells of a unix socket.</summary>
/// <param name="Inode">The socket's inode, as in <c>socket:[4711]</c>.</param>
/// <param name="Type">SOCK_* number.</param>
/// <param name="State">TCP_ESTABLISHED 1, TCP_CLOSE 7, TCP_LISTEN 10.</param>
/// <param name="Name">sun_path without its length: a path, or an abstract name that begins with a zero byte; empty for none.</param>
/// <param name="PeerInode">Inode of the socket at the other end; 0 for none (never connected, or closed).</param>
/// <param name="FileInode">Inode of the file a bound socket stands for; 0 for none.</param>
/// <param name="FileDevice">Its device, in the kernel's own encoding.</param>
/// <param name="Pending">Inodes of sockets that connected and are not accepted yet; 0 for one whose inode does not exist yet.</param>
/// <param name="ReceiveQueue">Bytes in the receive queue; for a listener, connections waiting.</param>
/// <param name="SendQueue">Bytes sent and not received yet; for a listener, its backlog.</param>
/// <param name="Shutdown">1 receiving is shut down, 2 sending is.</param>
public sealed record UnixSocketFacts(
    uint Inode,
    int Type,
    int State,
    byte[] Name,
    uint PeerInode,
    uint FileInode,
    uint FileDevice,
    IReadOnlyList<uint> Pending,
    uint ReceiveQueue,
    uint SendQueue,
    int Shutdown)
{
    /// <summary>It is connected to a socket that has been closed: of a stream its end is there to be read, of datagrams nothing tells.</summary>
    public bool PeerIsGone { get; init; }
}
