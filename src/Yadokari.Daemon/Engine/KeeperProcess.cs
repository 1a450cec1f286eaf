using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Store;
using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;
using Yadokari.Linux;
using Yadokari.Linux.Spawn;

namespace Yadokari.Daemon.Engine;

/// <summary>A keeper, from the daemon's side. Used by one checkpoint at a time.</summary>
internal sealed class KeeperProcess : IDisposable
{
    /// <summary>The program that this process runs, also when its file has been replaced or removed meanwhile: what an upgrade
    /// has put in its place may speak another language than this daemon.</summary>
    private const string Itself = "/proc/self/exe";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    /// <summary>Keepers that were cut off and are to be reaped once they have ended.</summary>
    private static readonly ConcurrentDictionary<int, bool> Ending = new();

    private readonly KeeperLink _link;
    private int _asked;

    private KeeperProcess(int pid, KeeperLink link)
    {
        Pid = pid;
        _link = link;
    }

    public int Pid { get; }

    /// <summary>It can serve another checkpoint.</summary>
    public bool IsUsable { get; private set; } = true;

    /// <exception cref="EngineException">It can't be started.</exception>
    public static KeeperProcess Start(HomeDirectory home)
    {
        ReapEnded();
        string self = Environment.ProcessPath ?? throw new EngineException(EngineError.Failed, "cannot find the program itself");
        string path = Path.Combine(home.Path, $"keeper-{Guid.NewGuid():n}");
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(1);
            List<string> arguments = [self];
            if (Path.GetFileNameWithoutExtension(self) == "dotnet")
            {
                arguments.Add(Environment.GetCommandLineArgs()[0]);
            }
            using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            int pid = ChildProcess.Start(new SpawnRequest
            {
                Program = Itself,
                Arguments = [.. arguments, Keeper.Argument, path],
                Environment = [.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => $"{e.Key}={e.Value}")],
                Descriptors = [nothing, nothing, null],
                // Signals of the daemon's terminal are not for it.
                NewSession = true,
            });
            if (!listener.Poll(StartPatience, SelectMode.SelectRead))
            {
                throw new EngineException(EngineError.Failed, "the keeper process did not come up");
            }
            return new KeeperProcess(pid, new KeeperLink(listener.Accept()));
        }
        catch (Exception failure) when (failure is SocketException or SystemCallException)
        {
            throw new EngineException(EngineError.Failed, $"the keeper process can't be started: {failure.Message}", failure);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Lets it act, and hands over the data that comes before its answer.</summary>
    /// <exception cref="ObstacleException">As the engine throws it.</exception>
    /// <exception cref="EngineException">As the engine throws it, or the keeper has ended: the process was thawed.</exception>
    /// <exception cref="IOException">From the sink; the keeper is cut off and thaws.</exception>
    public CaptureReport? Act(KeeperRequest request, IImageSink? sink = null) => Ask(request, sink).Report;

    /// <summary>Lets it look at a process from outside.</summary>
    /// <exception cref="EngineException">As the engine throws it, or the keeper has ended.</exception>
    public JobLook Look(int pid, CaptureOptions options) => Ask(new KeeperRequest(KeeperAct.Look, pid, options), null).Look ?? throw Ended(null);

    private KeeperAnswer Ask(KeeperRequest request, IImageSink? sink)
    {
        // What follows an opening is about the same process.
        _asked = request.Pid != 0 ? request.Pid : _asked;
        Say(link => link.Send(KeeperFrame.Request, request, StoreJson.Default.KeeperRequest));
        while (true)
        {
            (KeeperFrame Kind, long Offset, ReadOnlyMemory<byte> Payload)? message;
            try
            {
                message = _link.Receive();
            }
            catch (IOException failure)
            {
                throw Ended(failure);
            }
            switch (message)
            {
                case null:
                    throw Ended(null);
                case (KeeperFrame.Data, long offset, ReadOnlyMemory<byte> bytes):
                    Give(sink, to => to.Write(offset, bytes.Span));
                    break;
                case (KeeperFrame.Flush, _, _):
                    Give(sink, to => to.Flush());
                    Say(static link => link.SendFlush());
                    break;
                case (KeeperFrame.Layout, _, ReadOnlyMemory<byte> layout):
                    Give(sink, to => to.Tell(layout.Span));
                    break;
                case (_, _, ReadOnlyMemory<byte> json):
                    return Read(json.Span);
            }
        }
    }

    public void Dispose()
    {
        if (!IsUsable)
        {
            return;
        }
        IsUsable = false;
        _link.Dispose();
        // It ends as soon as it sees that.
        Ending.TryAdd(Pid, true);
        ReapEnded();
    }

    /// <summary>Takes the statuses of those that have ended; true when none is left that has not.</summary>
    public static bool ReapEnded()
    {
        foreach (int pid in Ending.Keys)
        {
            // Taken out first: a number that was reaped may be another child's by the time it is asked about again.
            if (Ending.TryRemove(pid, out _) && !ChildProcess.TryReap(pid, out _))
            {
                Ending.TryAdd(pid, true);
            }
        }
        return Ending.IsEmpty;
    }

    private void Say(Action<KeeperLink> say)
    {
        try
        {
            say(_link);
        }
        catch (IOException failure)
        {
            throw Ended(failure);
        }
    }

    private void Give(IImageSink? sink, Action<IImageSink> give)
    {
        try
        {
            give(Wanted(sink));
        }
        catch
        {
            // The rest of the data would be in the way of everything that follows.
            Dispose();
            throw;
        }
    }

    private static IImageSink Wanted(IImageSink? sink) => sink ?? throw new IOException("the keeper sends what nobody asked for");

    private KeeperAnswer Read(ReadOnlySpan<byte> json)
    {
        KeeperAnswer answer = JsonSerializer.Deserialize(json, StoreJson.Default.KeeperAnswer) ?? throw Ended(null);
        return answer switch
        {
            { Obstacles: { } obstacles } => throw new ObstacleException(_asked, obstacles),
            { Message: { } message } => throw new EngineException(answer.Error, message),
            _ => answer,
        };
    }

    private EngineException Ended(Exception? inner)
    {
        Dispose();
        return new EngineException(EngineError.Failed, "the keeper process ended in the middle of a checkpoint", inner);
    }
}
