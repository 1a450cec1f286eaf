using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Sockets;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>The TCP sockets of a job's network namespace, at the moment when they were first asked for.</summary>
internal sealed class TcpTable(Func<SafeFileHandle> openDiag)
{
    private Dictionary<(InetPlace, InetPlace), TcpSocketFacts>? _connections;
    private IReadOnlyList<TcpSocketFacts> _all = [];

    /// <summary>The socket at the other end of one, when it is on this host.</summary>
    public TcpSocketFacts? OtherEnd(InetPlace local, InetPlace remote)
    {
        Read();
        return _connections!.GetValueOrDefault((remote, local));
    }

    /// <summary>Those that have connected to a listener and wait to be accepted, as the listener's side has them.</summary>
    public IReadOnlyList<TcpSocketFacts> WaitingAt(InetPlace listener)
    {
        Read();
        return [.. _all.Where(socket => IsWaiting(socket) && IsTakenBy(socket, listener))];
    }

    /// <summary>Those that listen where a socket would wait to be accepted.</summary>
    public IReadOnlyList<TcpSocketFacts> ListenersOf(TcpSocketFacts waiting)
    {
        Read();
        return [.. _all.Where(socket => socket.State == TcpSocketFacts.Listening && IsTakenBy(waiting, socket.Local))];
    }

    /// <summary>No process has it, and nobody has closed it.</summary>
    public static bool IsWaiting(TcpSocketFacts socket) =>
        socket is { Inode: 0, State: TcpSocketFacts.Established or TcpSocketFacts.CloseWait or TcpSocketFacts.SynReceived };

    private static bool IsTakenBy(TcpSocketFacts socket, InetPlace listener) =>
        socket.Local.Port == listener.Port && (listener.IsAnyAddress || listener.Address == socket.Local.Address);

    private void Read()
    {
        if (_connections is null)
        {
            using SafeFileHandle diag = openDiag();
            _all = InetDiag.ReadTcp(diag);
            _connections = [];
            foreach (TcpSocketFacts socket in _all)
            {
                _connections[(socket.Local, socket.Remote)] = socket;
            }
        }
    }
}
