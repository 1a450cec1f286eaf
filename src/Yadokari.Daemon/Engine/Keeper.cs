using System.Net.Sockets;
using System.Text.Json;
using Yadokari.Daemon.Store;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;

namespace Yadokari.Daemon.Engine;

/// <summary>
/// The process that stops and reads jobs for a daemon: ptrace belongs to one that does nothing else and can be given up. A
/// daemon that is killed leaves a keeper that sees its socket close, gives everything back, thaws, and ends.
/// </summary>
public static class Keeper
{
    /// <summary>First argument of the program that makes it a keeper; the second is the socket to connect to.</summary>
    public const string Argument = "@keeper";

    /// <summary>Serves one daemon until that is gone. Returns the exit status.</summary>
    public static int Run(string socketPath)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(socketPath));
        }
        catch (SocketException)
        {
            // The daemon died before it could be served.
            return 1;
        }
        using KeeperLink link = new(socket);
        CheckpointSession? session = null;
        try
        {
            while (link.Receive() is { } message)
            {
                KeeperRequest request = JsonSerializer.Deserialize(message.Payload.Span, StoreJson.Default.KeeperRequest)
                    ?? throw new IOException("an empty request");
                link.Send(KeeperFrame.Answer, Serve(request, link, ref session), StoreJson.Default.KeeperAnswer);
            }
            return 0;
        }
        catch (IOException)
        {
            // Killed in the middle of an act: what it held is thawed below.
            return 0;
        }
        finally
        {
            session?.Dispose();
        }
    }

    private static KeeperAnswer Serve(KeeperRequest request, KeeperLink link, ref CheckpointSession? session)
    {
        try
        {
            switch (request.Act)
            {
                case KeeperAct.Open:
                    session?.Dispose();
                    session = CheckpointSession.Open(request.Pid, request.Options ?? new CaptureOptions());
                    return KeeperAnswer.Done();
                case KeeperAct.Look:
                    return KeeperAnswer.Seen(CheckpointSession.Look(request.Pid, request.Options ?? new CaptureOptions()));
                case KeeperAct.CopyAhead:
                    Required(session).CopyAhead(new LinkSink(link, request.WantsLayout, request.Earlier ?? []));
                    return KeeperAnswer.Done();
                case KeeperAct.Freeze:
                    Required(session).Freeze();
                    return KeeperAnswer.Done();
                case KeeperAct.Thaw:
                    Required(session).Thaw();
                    return KeeperAnswer.Done();
                case KeeperAct.Capture:
                    return KeeperAnswer.Done(Required(session).Capture(new LinkSink(link, false, [])));
                case KeeperAct.Kill:
                    Required(session).Kill();
                    return KeeperAnswer.Done();
                case KeeperAct.Condemn:
                    Required(session).Condemn();
                    return KeeperAnswer.Done();
                default:
                    session?.Dispose();
                    session = null;
                    return KeeperAnswer.Done();
            }
        }
        catch (ObstacleException obstacles)
        {
            return new KeeperAnswer(obstacles.Message, default, obstacles.Obstacles, null);
        }
        catch (EngineException failure)
        {
            return new KeeperAnswer(failure.Message, failure.Error, null, null);
        }
        catch (Exception failure)
        {
            // It is the daemon that has a log and a user to tell. If it is gone, there is nobody to send this to, and the keeper ends.
            return new KeeperAnswer(failure.Message, EngineError.Failed, null, null);
        }
    }

    private static CheckpointSession Required(CheckpointSession? session) => session ?? throw new InvalidOperationException("no process is open");

    private sealed class LinkSink(KeeperLink link, bool wantsLayout, IReadOnlyList<EarlierPlace> earlier) : IImageSink
    {
        public bool WantsLayout => wantsLayout;

        public IReadOnlyList<EarlierPlace> Earlier => earlier;

        public void Write(long offset, ReadOnlySpan<byte> bytes) => link.SendData(offset, bytes);

        public void Flush()
        {
            link.SendFlush();
            if (link.Receive() is not (KeeperFrame.Flush, _, _))
            {
                throw new IOException("the daemon has given the checkpoint up");
            }
        }

        public void Tell(ReadOnlySpan<byte> layout) => link.SendLayout(layout);
    }
}
