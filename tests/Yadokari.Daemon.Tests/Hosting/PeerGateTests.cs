using System.Net;
using System.Net.Sockets;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Hosting;
using Yadokari.Linux.Proc;

namespace Yadokari.Daemon.Tests.Hosting;

public sealed class PeerGateTests
{
    [Theory]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("127.9.9.9", false, true)]
    [InlineData("::1", false, true)]
    [InlineData("::ffff:127.0.0.1", false, true)]
    [InlineData("10.199.0.1", true, true)]
    [InlineData("10.199.255.254", true, true)]
    [InlineData("10.199.0.1", false, false)]
    [InlineData("10.200.0.1", true, false)]
    [InlineData("10.198.255.255", true, false)]
    [InlineData("::ffff:10.198.0.1", true, false)]
    [InlineData("0.0.0.0", true, false)]
    [InlineData("::", true, false)]
    [InlineData("192.168.1.1", true, false)]
    [InlineData("fe80::1", true, false)]
    public void Only_this_machine_and_the_lab_may_speak(string address, bool lab, bool allowed) =>
        new PeerGate(uid: 1000, lab).Allows(IPAddress.Parse(address)).ShouldBe(allowed);

    [Theory]
    [InlineData(0, true)]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void Only_the_own_user_and_root_may_speak(uint user, bool allowed) => new PeerGate(uid: 1000, lab: false).AdmitsUser(user).ShouldBe(allowed);

    [Fact]
    public void The_owner_of_a_connection_is_read_from_the_kernels_table()
    {
        string[] table =
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 0100007F:07C7 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 111 1 0 20 4 30 10 -1",
            "   1: 0100007F:C350 0100007F:07C7 01 00000000:00000000 00:00000000 00000000  1001        0 222 1 0 20 4 30 10 -1",
        ];

        PeerGate.FindOwner(table, IPEndPoint.Parse("127.0.0.1:50000"), 1991).ShouldBe(1001u);
        PeerGate.FindOwner(table, IPEndPoint.Parse("127.0.0.1:50001"), 1991).ShouldBeNull();
    }

    [Fact]
    public void A_real_connection_of_this_user_is_admitted_and_of_another_user_is_not()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using Socket server = listener.Accept();
        uint me = ProcStatus.Read(Environment.ProcessId)!.Uids[1];
        IPEndPoint remote = (IPEndPoint)server.RemoteEndPoint!;
        IPEndPoint local = (IPEndPoint)server.LocalEndPoint!;

        new PeerGate(me, lab: false).Admits(remote, local).ShouldBeTrue();
        if (me != 0)
        {
            new PeerGate(me + 1, lab: false).Admits(remote, local).ShouldBeFalse();
        }
        // Nobody owns an end that does not exist.
        new PeerGate(me, lab: false).Admits(new IPEndPoint(IPAddress.Loopback, 1), local).ShouldBeFalse();
    }
}
