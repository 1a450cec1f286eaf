using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Sockets;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>
/// A connection that is reset: the accepted end is closed with SO_LINGER of no time, which sends a RST (tcp_close, net/ipv4/tcp.c). What had
/// arrived before stays readable then, and what had not is lost: so it is waited for first.
/// </content>
internal sealed partial class SocketRestore
{
    private const int UnsentBytes = 0x5411;     // SIOCOUTQ
    private const int StateMask = 0xff;
    private const int ShutDownSending = 1;

    private DataReference? _told;

    /// <summary>Four bytes that a call answers with.</summary>
    private DataReference Told => _told ??= plan.Room(sizeof(uint), "answer");

    private void Reset(TcpEndImage image)
    {
        if (image.PeerEnded)
        {
            plan.Call("end what the other side sends", SystemCall.Shutdown, Accepted, ShutDownSending);
        }

        if (image.Shutdown != 0)
        {
            plan.Call("shutdown", SystemCall.Shutdown, Connecting, image.Shutdown - 1);
        }

        Await($"fill a connection with {image.Unread.Length} bytes before it is reset: it takes less than it held", () =>
        {
            // Else the answer that all has come would take its time.
            plan.Try(null, SystemCall.Setsockopt, Connecting, SOL_TCP, TCP_QUICKACK, plan.Bytes(BitConverter.GetBytes(1)), sizeof(int));
            plan.Call("ioctl(SIOCOUTQ)", SystemCall.Ioctl, Accepted, UnsentBytes, Told);
            plan.Do(OperationKind.Load32, At, Told);
        });

        byte[] atOnce = new byte[8];
        atOnce[0] = 1;
        plan.Call("setsockopt(SO_LINGER)", SystemCall.Setsockopt, Accepted, SOL_SOCKET, SO_LINGER, plan.Bytes(atOnce), atOnce.Length);
        plan.Call("reset a connection to outside", SystemCall.Close, Accepted);
        Await("reset a connection to outside: it is not told", () =>
        {
            plan.Call("getsockopt(TCP_INFO)", SystemCall.Getsockopt, Connecting, SOL_TCP, TCP_INFO, Told, plan.Bytes(BitConverter.GetBytes(sizeof(uint))));
            plan.Do(OperationKind.Load32, At, Told);
            plan.Do(OperationKind.And, At, At, StateMask);
            plan.Do(OperationKind.Subtract, At, At, TcpSocketFacts.Closed);
        });

        // Only now: a filter or an interface of its own could keep the reset away.
        Finish(image with { Shutdown = 0 }, Connecting);
    }

    /// <summary>Until what is asked leaves 0 in <see cref="At"/>; for two seconds at most.</summary>
    private void Await(string what, Action ask)
    {
        const int most = 2000;
        PlanLabel again = new("again"), done = new("done");
        byte[] millisecond = new byte[16];
        BitConverter.TryWriteBytes(millisecond.AsSpan(8), 1_000_000L);
        plan.Set(Tries, 0);
        plan.Place(again);
        ask();
        plan.JumpIf(At, Condition.Equal, 0, done);
        plan.Try(null, SystemCall.Nanosleep, plan.Bytes(millisecond), 0);
        plan.Do(OperationKind.Add, Tries, Tries, 1);
        plan.JumpIf(Tries, Condition.Less, most, again);
        plan.Fail(what, RefusedStatus);
        plan.Place(done);
    }
}
