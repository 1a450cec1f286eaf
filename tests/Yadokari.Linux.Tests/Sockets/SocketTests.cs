using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Shouldly;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Linux.Tests.Sockets;

public class SocketTests
{
    [Fact]
    public void Datagrams_are_peeked_with_their_bounds_and_stay()
    {
        using Socket receiver = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.SendTo(new byte[5], receiver.LocalEndPoint!);
        sender.SendTo(new byte[60_000], receiver.LocalEndPoint!);
        using SafeFileHandle handle = Borrow(receiver);
        for (int round = 0; round < 2; round++)
        {
            SocketQueue.PeekAll(handle).Select(message => message.Bytes.Length).ShouldBe([5, 60_000]);
        }

        receiver.Receive(new byte[100]).ShouldBe(5);
    }

    [Fact]
    public void A_stream_is_peeked_whole_and_its_peer_found()
    {
        string name = $"\0yadokari-test-{Guid.NewGuid()}";
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(name));
        listener.Listen(7);
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(name));
        using SafeFileHandle listening = Borrow(listener);
        using SafeFileHandle netlink = NetNamespace.OpenUnixDiag(Environment.ProcessId).ShouldNotBeNull();
        uint listenerInode = (uint)FileStatus.Of(listening).Inode;
        UnixSocketFacts waiting = UnixDiag.ReadAll(netlink)[listenerInode];
        waiting.Pending.Count.ShouldBe(1);
        waiting.SendQueue.ShouldBe(7u);
        Encoding.UTF8.GetString(waiting.Name).ShouldStartWith(name);
        SocketFacts facts = SocketQuery.Describe(listening);
        (facts.Domain, facts.Type, facts.Listening, facts.IsBound).ShouldBe((AF_UNIX, SOCK_STREAM, true, true));

        using Socket server = listener.Accept();
        client.Send(Encoding.ASCII.GetBytes("abc"));
        client.Send(Encoding.ASCII.GetBytes("defg"));
        using SafeFileHandle handle = Borrow(server);
        for (int round = 0; round < 2; round++)
        {
            string.Concat(SocketQueue.PeekAll(handle).Select(piece => Encoding.ASCII.GetString(piece.Bytes))).ShouldBe("abcdefg");
        }

        using SafeFileHandle clientHandle = Borrow(client);
        UnixDiag.ReadAll(netlink)[(uint)FileStatus.Of(handle).Inode].PeerInode.ShouldBe((uint)FileStatus.Of(clientHandle).Inode);
        SocketQuery.GetPeerCredentials(handle)!.Value.Pid.ShouldBe(Environment.ProcessId);
    }

    [Fact]
    public void An_unbound_inet_socket_says_so()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using SafeFileHandle handle = Borrow(socket);
        SocketFacts facts = SocketQuery.Describe(handle);
        facts.IsBound.ShouldBeFalse();
        facts.PeerAddress.ShouldBeNull();
        facts.Protocol.ShouldBe(6);
    }

    private static SafeFileHandle Borrow(Socket socket) => new(socket.SafeHandle.DangerousGetHandle(), ownsHandle: false);
}
