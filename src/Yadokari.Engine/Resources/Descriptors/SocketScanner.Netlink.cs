using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Poll;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Netlink sockets: those that ask and listen, and of which the kernel remembers nothing else.</content>
internal sealed partial class SocketScanner
{
    // NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_KOBJECT_UEVENT. Others have state in the kernel, or numbers that are another host's.
    private static readonly int[] NetlinkProtocols = [0, 4, 15];

    private SocketImage? ScanNetlink(OpenDescription description, SocketFacts facts)
    {
        if (!NetlinkProtocols.Contains(facts.Protocol))
        {
            Refuse(description, "netlink-socket", $"a netlink socket of protocol {facts.Protocol} can't be carried; close it");
            return null;
        }

        short state = Descriptor.Poll(description.Handle, POLLIN, TimeSpan.Zero);
        if ((state & POLLERR) != 0)
        {
            Refuse(description, "socket-error", "an error waits in it that the program has not seen yet (news were lost); read from it or close it", passes: true);
            return null;
        }

        if ((state & POLLIN) != 0 || NetlinkTable.IsBeingAnswered(pid, description.Status.Inode) == true)
        {
            Refuse(description, "netlink-socket", "an answer of the kernel, or news, wait unread in it; read them", passes: true);
            return null;
        }

        if (facts.PeerAddress is { Length: >= 12 } peer && peer.AsSpan(4).ContainsAnyExcept((byte)0))
        {
            Refuse(description, "netlink-socket", "it is connected to another process or to a group; close it");
            return null;
        }

        return Unconnected(description, facts, null);
    }
}
