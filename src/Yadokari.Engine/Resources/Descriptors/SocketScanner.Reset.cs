using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>TCP connections to outside that are carried as ones that the other side has reset.</content>
internal sealed partial class SocketScanner
{
    private bool IsReset(SocketFacts facts) =>
        rule.ResetsAll
        || (InetPlace.Of(facts.LocalAddress) is { } local && rule.Resets(local.Port))
        || (InetPlace.Of(facts.PeerAddress ?? []) is { } remote && rule.Resets(remote.Port));

    private DescriptorImage? ScanReset(OpenDescription description, SocketFacts facts, int state)
    {
        bool waits = (description.Flags & O_NONBLOCK) == 0;
        if (state == TcpSocketFacts.SynSent && waits)
        {
            // A thread waits in connect(2), which the kernel begins anew: with this, from the new host.
            return Unconnected(description, facts with { LocalAddress = [] }, null, over: true);
        }

        int arrived = Descriptor.GetReadableBytes(description.Handle);
        if (arrived > TcpEndImage.MostUnreadOfReset)
        {
            return Refuse(description, "tcp-connection", $"{arrived} bytes wait unread in the tcp connection {SocketText.EndPoint(facts.LocalAddress)} to "
                + $"{SocketText.EndPoint(facts.PeerAddress ?? [])}; of one that is reset {TcpEndImage.MostUnreadOfReset} at most can be put back: let the program read them");
        }

        byte[] unread = frozen ? TcpQueue.PeekArrived(description.Handle) : [];
        if (unread.Length > TcpEndImage.MostUnreadOfReset)
        {
            // What comes while it stands still is as lost as what comes a moment later.
            unread = unread[..TcpEndImage.MostUnreadOfReset];
        }

        int shutdown = state is TcpSocketFacts.FinWait1 or TcpSocketFacts.FinWait2 ? SendShutDown : 0;
        return Image(description, facts with { PeerAddress = null }, unread, shutdown, over: true) is { } image
            ? image with { PeerId = 0, IsReset = true, PeerEnded = state == TcpSocketFacts.CloseWait }
            : null;
    }
}
