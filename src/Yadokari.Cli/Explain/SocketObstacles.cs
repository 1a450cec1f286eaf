namespace Yadokari.Cli.Explain;

internal static class SocketObstacles
{
    public static IReadOnlyList<Explanation> All { get; } =
    [
        new("tcp-connection", "A TCP connection leads to another process or host, whose end knows this host's address; or it waits to be accepted and has bytes in it already, and went on doing so for some seconds. (Connections with both ends in the job are carried.)", "Wait for a moment without connections, or let the program close them. Where it connects anew by itself: --tcp reset, and it finds them reset by the other side. A server whose clients go on calling is 'yado run --service' (docs/rpc.md)."),
        new("udp-pending", "A datagram is held back (MSG_MORE, UDP_CORK) or not sent yet.", "Ask again in a moment."),
        new("udp-unread", "Datagrams wait unread while the process runs.", "Ask again when the program has read them."),
        new("multicast-membership", "A UDP socket is in a multicast group and hears more than six chosen senders only. (Other memberships are carried.)", "Let the program leave the group first."),
        new("socket-filter", "A socket has a filter in extended BPF, which can't be read back. Classic BPF is carried.", "Use classic BPF, or remove the filter."),
        new("socket-option", "A socket has an option whose state can't be read back: kernel TLS or another ULP, TCP-AO, UDP encapsulation, IPv6 extension headers.", "Start the program without that option."),
        new("unix-socket-to-outside", "A unix socket is connected to another process, or to one of another network namespace, or has connections waiting that the job has not made itself, or that hold something already. A logger, a desktop, a database may be the other end.", "Let the program close the connection first (unset DISPLAY, DBUS_SESSION_BUS_ADDRESS before it starts)."),
        new("unix-socket-name", "Where a socket's name leads another file stands now; or the name is relative to another directory than the working directory, and its file was not found near what the job uses. Root is told where it is, or that it was removed.", "Save the job as root, or use an absolute name."),
        new("descriptor-in-flight", "A descriptor was sent through a unix socket, waits unread in it, and can't be sent again: a terminal or stream, or what only a process that has it could set up.", "Ask again when the program has received it."),
        new("credentials-in-flight", "A message waits unread in a unix socket whose receiver is told who sent it (SO_PASSCRED), and the sender is no process of the job. None may sign for it.", "Ask again when the program has received it."),
        new("raw-socket", "It has a raw socket that routes multicast, or a stream of another protocol than TCP.", "Close it first."),
        new("packet-socket", "It has a packet socket, which sees this host's network.", "Close it first."),
        new("netlink-socket", "It talks with this host's kernel (netlink), and an answer or news of it wait unread; or it is of a protocol for which the kernel remembers more than can be read back. (Sockets of NETLINK_ROUTE, NETLINK_SOCK_DIAG and NETLINK_KOBJECT_UEVENT are carried.)", "Ask again in a moment, or let the program close it first."),
        new("socket-family", "It has a socket of a family that is not carried.", "Close it first."),
        new("urgent-data", "A byte that was sent out of band (MSG_OOB) waits unread in a socket: where it stands among the others can't be seen without taking it out.", "Read it, or ask again when the program has."),
        new("socket-error", "An error waits in a socket that the program has not seen yet (reset, refused, timed out). It can be read only once.", "Ask again when the program has looked."),
    ];
}
