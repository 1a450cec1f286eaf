using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Shouldly;
using Yadokari.Linux.Sockets;

namespace Yadokari.Linux.Tests.Sockets;

public class TcpQueueTests
{
    /// <summary>More is sent than the other end has room for, so that some has come and some has not.</summary>
    [Fact]
    public void What_a_connection_holds_is_told_once_and_both_ends_stay_as_they_are()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 1 << 20 };
        sender.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, 1);
        sender.Connect(listener.LocalEndPoint!);
        using Socket receiver = listener.Accept();
        receiver.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, 1);
        receiver.ReceiveBufferSize = 1 << 14;
        sender.Blocking = false;
        byte[] sent = new byte[1 << 18];
        new Random(1994).NextBytes(sent);
        int length = sender.Send(sent, SocketFlags.None, out SocketError error);
        error.ShouldBe(SocketError.Success);
        using SafeFileHandle receiving = new(receiver.Handle, ownsHandle: false), sending = new(sender.Handle, ownsHandle: false);

        TcpQueue.PeekAll(receiving, sending).ShouldNotBeNull().ShouldBe(sent[..length]);

        foreach (SafeFileHandle end in (SafeFileHandle[])[receiving, sending])
        {
            SocketQuery.GetOption(end, 1, 2).ShouldBe(1, "SO_REUSEADDR");
        }

        byte[] read = new byte[length];
        for (int at = 0; at < length;)
        {
            at += receiver.Receive(read.AsSpan(at));
        }

        read.ShouldBe(sent[..length]);
    }
}
