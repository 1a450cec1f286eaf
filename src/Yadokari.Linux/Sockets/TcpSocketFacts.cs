namespace Yadokari.Linux.Sockets;

/// <summary>What sock_diag(7) tells of a TCP socket.</summary>
/// <param name="Inode">As in <c>socket:[4711]</c>; 0: no process has it (not accepted yet, or closed and not over yet).</param>
/// <param name="State">TCP_ESTABLISHED 1 … TCP_CLOSING 11.</param>
/// <param name="Local">Its own place.</param>
/// <param name="Remote">That of the other end.</param>
/// <param name="ReceiveQueue">Bytes unread; of a listener, connections waiting.</param>
public sealed record TcpSocketFacts(uint Inode, int State, InetPlace Local, InetPlace Remote, uint ReceiveQueue)
{
    public const int Established = 1;
    public const int SynSent = 2;
    public const int SynReceived = 3;
    public const int FinWait1 = 4;
    public const int FinWait2 = 5;
    public const int TimeWait = 6;
    public const int Closed = 7;
    public const int CloseWait = 8;
    public const int LastAck = 9;
    public const int Listening = 10;
    public const int Closing = 11;
}
