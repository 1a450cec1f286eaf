using System.Net;
using System.Net.Sockets;
using Shouldly;
using Xunit;
using Yadokari.Engine.Context;
using Yadokari.Engine.Resources.Descriptors;

namespace Yadokari.Engine.Tests.Context;

public class AddressCheckTests
{
    private const int Inet = 2;
    private const int Stream = 1;
    private const int Datagram = 2;

    [Theory]
    [InlineData(Stream)]
    [InlineData(Datagram)]
    public void A_free_port_is_had_and_free_afterwards(int type)
    {
        int port = FreePort();
        Found(Image(type, "127.0.0.1", port)).ShouldBeEmpty();
        Found(Image(type, "127.0.0.1", port)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Stream)]
    [InlineData(Datagram)]
    public void An_address_of_another_host_is_missing(int type) =>
        Found(Image(type, "203.0.113.7", 4711)).ShouldBe(["missing-address"]);

    [Fact]
    public void A_port_that_somebody_listens_at_is_taken()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        Found(Image(Stream, "127.0.0.1", port)).ShouldBe(["taken-port"]);
        Found(Image(Stream, "0.0.0.0", port)).ShouldBe(["taken-port"]);
    }

    [Fact]
    public void A_datagram_port_is_taken()
    {
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Found(Image(Datagram, "127.0.0.1", ((IPEndPoint)other.LocalEndPoint!).Port)).ShouldBe(["taken-port"]);
    }

    [Fact]
    public void An_interface_that_is_not_here_is_named()
    {
        SocketImage image = Image(Stream, "127.0.0.1", FreePort());
        Found(image with { Options = [new SocketOptionImage(1, 25, "nosuch0\0"u8.ToArray())] }).ShouldBe(["missing-interface"]);
    }

    private static string[] Found(SocketImage image)
    {
        List<Obstacle> missing = [];
        AddressCheck.Check(image, missing);
        return [.. missing.Select(m => m.Name)];
    }

    private static SocketImage Image(int type, string address, int port) => new()
    {
        Numbers = [],
        Flags = 0,
        Domain = Inet,
        Type = type,
        Protocol = 0,
        Address = [Inet, 0, (byte)(port >> 8), (byte)port, .. IPAddress.Parse(address).GetAddressBytes(), 0, 0, 0, 0, 0, 0, 0, 0],
        Peer = [],
        Backlog = type == Stream ? 5 : null,
        Options = [],
    };

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
