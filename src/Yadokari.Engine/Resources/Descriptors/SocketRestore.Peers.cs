using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Default peers of unix datagram sockets.</content>
internal sealed partial class SocketRestore
{
    /// <summary>Files of sockets to which no name leads any more, or another one, open, by the sockets' inodes.</summary>
    private readonly Dictionary<ulong, Slot> _heldFiles = [];

    /// <summary>Sockets of the job that are others' default peers, or at which others wait to be accepted.</summary>
    public HashSet<ulong> Peers { get; } = [];

    /// <summary>When all have their names.</summary>
    public void ConnectPeers(IReadOnlyList<SocketImage> images)
    {
        foreach (SocketImage image in images.Where(image => image.Domain == AF_UNIX))
        {
            int number = image.Numbers[0].Number;
            if (image.PeerIsGone)
            {
                ConnectToNobody(number);
            }
            else if (image.Peer.Length > 0)
            {
                ConnectByName(image, number);
            }
        }

        foreach (Slot file in _heldFiles.Values)
        {
            plan.Call(null, SystemCall.Close, file);
        }
    }

    /// <summary>The file of one that others are connected to, while its name leads there.</summary>
    private void HoldFile(SocketImage image, UnixName name)
    {
        if (name.IsPassing && Peers.Contains(image.Id))
        {
            plan.CallInto(tools.Raw, $"open {name.Path}", SystemCall.Open, plan.Text(name.Path), O_PATH | SOCK_CLOEXEC, 0);
            _heldFiles.Add(image.Id, tools.Lift(tools.Raw, plan.NewSlot()));
        }
    }

    /// <summary>To a socket of the job. It tells its own name, whatever it was reached by.</summary>
    private void Connect(string message, Argument socket, ulong id, byte[] name)
    {
        if (!_heldFiles.TryGetValue(id, out Slot file))
        {
            plan.Call(message, SystemCall.Connect, socket, plan.Bytes(name), name.Length);
            return;
        }

        // struct sockaddr_un: family, path.
        const int familyLength = 2, pathLength = 40;
        byte[] bytes = new byte[familyLength + pathLength];
        bytes[0] = AF_UNIX;
        DataReference address = plan.Bytes(bytes, "sockaddr_un");
        plan.DescriptorPath(Argument.AddressOf(address, familyLength), tools.Raw, file);
        plan.Call(message, SystemCall.Connect, socket, address, familyLength + pathLength);
    }

    private void ConnectByName(SocketImage image, int number)
    {
        string name = $"connect to {SocketText.Describe(image.Domain, image.Type, image.Peer)}";
        if (Peers.Contains(image.PeerId) && image.PeerId != 0)
        {
            Connect(name, number, image.PeerId, image.Peer);
            return;
        }

        DataReference peer = plan.Bytes(image.Peer);

        // One outside, which on another host nobody may have: then it is as one that has been closed.
        PlanLabel nobody = new("nobody there"), connected = new("connected");
        plan.CallOrJump(null, nobody, SystemCall.Connect, number, peer, image.Peer.Length);
        plan.Jump(connected);
        plan.Place(nobody);
        ConnectToNobody(number);
        plan.Place(connected);
    }

    /// <summary>To a socket that gets a name from the kernel, and is closed.</summary>
    private void ConnectToNobody(int number)
    {
        const int mostLength = 110;
        Slot other = NewUnixSocket(Connecting, SOCK_DGRAM);
        byte[] family = [AF_UNIX, 0];
        DataReference address = plan.Room(mostLength, "sockaddr_un"), length = plan.Bytes(BitConverter.GetBytes(mostLength));
        plan.Call("bind", SystemCall.Bind, other, plan.Bytes(family), family.Length);
        plan.Call("getsockname", SystemCall.Getsockname, other, address, length);
        plan.Do(OperationKind.Load32, tools.Raw, length);
        plan.Call("connect", SystemCall.Connect, number, address, tools.Raw);
        plan.Call(null, SystemCall.Close, other);
    }
}
