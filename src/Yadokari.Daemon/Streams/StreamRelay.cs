using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Engine.Resume;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Streams;

namespace Yadokari.Daemon.Streams;

/// <summary>
/// The streams 0–2 of a job whose caller is elsewhere: pipes to the job, and between them and the caller a spool file each, in
/// which a byte's number is its offset. The kernel carries the bytes between pipe and spool (<see cref="Pipe"/>), and a process
/// of its own holds the pipes and the offset of the input (<see cref="StreamHolder"/>), so that a daemon that is killed at any
/// instant loses and doubles none. Thread-safe.
/// <code>
/// caller ─POST→ stdin spool ─splice→ pipe ─→ job ─→ pipe ─splice→ stdout, stderr spools ─GET→ caller
/// </code>
/// </summary>
public sealed partial class StreamRelay
{
    private const int Input = 0;
    private const int SpoolPlace = 3;

    /// <summary>What the caller has not taken of the output before the job waits, and the job of the input before the caller does.</summary>
    private const long Window = 4 << 20;

    private const int Piece = 1 << 20;

    private readonly Lock _gate = new();
    private readonly HomeDirectory _home;
    private readonly string _job;
    private readonly int _epoch;

    /// <summary>Ends of the pipes, of the daemon: the input's for writing, the others for reading; null: closed for good.</summary>
    private readonly SafeFileHandle?[] _ends = new SafeFileHandle?[3];

    private readonly SafeFileHandle[] _spools = new SafeFileHandle[3];
    private SafeFileHandle? _inputAt;
    private readonly TerminalRelay? _terminal;
    private RelayFacts _facts;
    private readonly long[] _acknowledged;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _sealed;
    private bool _ended;

    private StreamRelay(HomeDirectory home, string job, int epoch, RelayFacts facts, TerminalRelay? terminal = null)
    {
        (_home, _job, _epoch, _facts, _terminal) = (home, job, epoch, facts, terminal);
        _acknowledged = [.. facts.From];
        _spools[0] = OpenSpool(home.Input(job, epoch));
        _spools[1] = OpenSpool(home.Output(job, epoch));
        _spools[2] = OpenSpool(home.Errors(job, epoch));
        (_wakeRead, _wakeWrite) = Pipe.Create();
    }

    /// <summary>What one made anew for the same job begins with; null: there is none.</summary>
    public static RelayedStreams? StateOf(HomeDirectory home, string job, int epoch) => ReadFacts(home.Relay(job, epoch)) is { } facts
        ? new RelayedStreams
        {
            InputFrom = facts.InputFrom,
            InputLength = new FileInfo(home.Input(job, epoch)).Length,
            InputEnded = facts.InputEnded,
            InputClosed = facts.InputClosed,
            OutputFrom = facts.From[0],
            ErrorsFrom = facts.From[1],
            OutputClosed = facts.Closed[0],
            ErrorsClosed = facts.Closed[1],
            Terminal = facts.Terminal,
        }
        : null;

    /// <summary>The first bytes of the output and of the errors that the caller may still ask for.</summary>
    public (long Output, long Errors) From => (_facts.From[0], _facts.From[1]);

    /// <summary>Inodes of the job's pipes, by stream.</summary>
    public IReadOnlyList<ulong> Pipes => _facts.Pipes;

    /// <summary>Makes the pipes of a job that is about to be here, and whoever holds them; its spools are there already, or empty.</summary>
    /// <returns>The relay, and the job's ends, which the caller owns: stream 0 for reading, 1 and 2 for writing.</returns>
    public static (StreamRelay Relay, IReadOnlyList<SafeFileHandle> Ends) Make(
        HomeDirectory home, string job, int epoch, RelayedStreams state, Func<int, ProcessIdentity?> identify)
    {
        if (state.Terminal is { } terminal)
        {
            return MakeTerminal(home, job, epoch, state, terminal, identify);
        }
        (SafeFileHandle Read, SafeFileHandle Write)[] pipes = [Pipe.Create(), Pipe.Create(), Pipe.Create()];
        SafeFileHandle[] outer = [pipes[0].Write, pipes[1].Read, pipes[2].Read];
        SafeFileHandle inputAt = OpenInput(home.Input(job, epoch), state.InputFrom);
        RelayFacts facts = FactsOf(state, StreamHolder.Start([.. outer, inputAt]), [.. outer.Select(p => FileStatus.Of(p).Inode)], identify);
        StreamRelay relay = new(home, job, epoch, facts) { _inputAt = inputAt };
        for (int stream = 0; stream < outer.Length; stream++)
        {
            relay._ends[stream] = outer[stream];
        }
        relay.Save(facts);
        relay.CloseWhatIsClosed();
        return (relay, [pipes[0].Read, pipes[1].Write, pipes[2].Write]);
    }

    /// <summary>The relay that a former life of this daemon made; null: there is none.</summary>
    public static StreamRelay? TryOpen(HomeDirectory home, string job, int epoch, Func<int, ProcessIdentity?> identify)
    {
        if (ReadFacts(home.Relay(job, epoch)) is not { } facts)
        {
            return null;
        }
        bool isHeld = identify(facts.Holder.Pid) == facts.Holder;
        SafeFileHandle?[] ends = [.. Enumerable.Range(0, 3).Select(stream => isHeld ? StreamHolder.Fetch(facts.Holder.Pid, stream) : null)];
        TerminalRelay? terminal = facts.Terminal is null || !isHeld ? null : TerminalRelay.Fetch(facts.Holder.Pid, ends[0], ends[1], home.Typed(job, epoch));
        StreamRelay relay = new(home, job, epoch, facts, terminal);
        ends.CopyTo(relay._ends, 0);
        relay._inputAt = isHeld ? StreamHolder.Fetch(facts.Holder.Pid, SpoolPlace) : null;
        relay.CloseWhatIsClosed();
        relay.RepairTerminal();
        return relay;
    }

    /// <summary>Ends the process that holds the streams of a job, whoever knows of it.</summary>
    public static void EndHolder(HomeDirectory home, string job, int epoch, Func<int, ProcessIdentity?> identify)
    {
        if (ReadFacts(home.Relay(job, epoch)) is { } facts && identify(facts.Holder.Pid) == facts.Holder)
        {
            StreamHolder.End(facts.Holder.Pid);
        }
    }

    /// <summary>Takes a piece of the caller's input, once, however often it is sent; waits while the job is behind or moves.</summary>
    /// <param name="offset">Its first byte's number.</param>
    /// <param name="end">Nothing follows it.</param>
    /// <exception cref="YadoException">It does not follow what has come, or the job is not here any more.</exception>
    public async Task<InputReceived> AppendAsync(int session, long offset, ReadOnlyMemory<byte> bytes, bool end, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
                RequireSession(session);
                Hear();
                if (TryAppend(offset, bytes.Span, end) is { } received)
                {
                    return received;
                }
            }
            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Nobody reads a stream of the job any more: it is told as by any pipe.</summary>
    /// <param name="stream">1 or 2.</param>
    public void CloseOutput(int stream)
    {
        lock (_gate)
        {
            RequireHere();
            bool[] closed = [.. _facts.Closed];
            closed[stream - 1] = true;
            Save(_facts with { Closed = closed });
            Close(stream);
        }
        Wake();
    }

    /// <summary>The job stands still: everything it has written goes to the spools, and nothing changes until <see cref="Unseal"/>.</summary>
    /// <param name="main">The job's process.</param>
    /// <exception cref="YadoException">A spool could not take it all.</exception>
    public RelayedStreams Seal(int main)
    {
        lock (_gate)
        {
            RequireHere();
            _sealed = true;
            RelayedTerminal? terminal = SealTerminal();
            Carry(1, long.MaxValue, must: true);
            Carry(2, long.MaxValue, must: true);
            int? unread = _terminal is null ? Unread(main) : _terminal.OnTheWay;
            return new RelayedStreams
            {
                // What the pipe still holds are the last bytes that went into it.
                InputFrom = InputAt() - (unread ?? 0),
                InputLength = Length(Input),
                InputEnded = _facts.InputEnded,
                InputClosed = _facts.InputClosed || unread is null,
                OutputFrom = _facts.From[0],
                ErrorsFrom = _facts.From[1],
                OutputClosed = _facts.Closed[0],
                ErrorsClosed = _facts.Closed[1],
                Terminal = terminal,
            };
        }
    }

    /// <summary>The job runs on here.</summary>
    public void Unseal()
    {
        lock (_gate)
        {
            if (_sealed)
            {
                UnsealTerminal();
                _sealed = false;
            }
            Pulse();
        }
        Wake();
    }

    /// <summary>The job is here no more, or nobody will ask: lets go of everything. The files stay.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }
            _ended = true;
            Pulse();
        }
        StopPump();
        foreach (SafeFileHandle? handle in (SafeFileHandle?[])[.. _ends, .. _spools, _inputAt])
        {
            handle?.Dispose();
        }
        _terminal?.Dispose();
        StreamHolder.End(_facts.Holder.Pid);
    }

    private InputReceived? TryAppend(long offset, ReadOnlySpan<byte> bytes, bool end)
    {
        RequireHere();
        if (_facts.InputClosed)
        {
            return new InputReceived(Length(Input), Closed: true);
        }
        if (_sealed || (bytes.Length > 0 && Length(Input) - InputAt() >= Window))
        {
            return null;
        }
        long length = Length(Input);
        if (offset > length)
        {
            throw new YadoException(YadoError.Failed, $"the input of job {_job} continues at byte {length}, not at {offset}");
        }
        if (length - offset < bytes.Length)
        {
            RandomAccess.Write(_spools[Input], bytes[(int)(length - offset)..], length);
        }
        if (end && !_facts.InputEnded && offset + bytes.Length >= length)
        {
            Save(_facts with { InputEnded = true });
        }
        Wake();
        return new InputReceived(Length(Input), Closed: false);
    }

    /// <summary>Bytes of its input that wait for the job in the pipe; null when it has closed it.</summary>
    private int? Unread(int main)
    {
        using SafeFileHandle? process = PidFd.OpenForFetching(main);
        string link = $"pipe:[{_facts.Pipes[Input]}]";
        foreach (int number in ProcFdInfo.Numbers(main) ?? [])
        {
            if (process is not null && ProcFdInfo.Link(main, number) == link && PidFd.Fetch(process, number) is { } end)
            {
                using (end)
                {
                    return Descriptor.GetReadableBytes(end);
                }
            }
        }
        return null;
    }

    /// <summary>What has gone into the pipe: all of it, where even its holder has gone.</summary>
    private long InputAt() => _inputAt is null ? Length(Input) : FilePlace.Offset(_inputAt);

    private long Length(int stream) => RandomAccess.GetLength(_spools[stream]);

    private void RequireHere()
    {
        if (_ended)
        {
            throw new YadoException(YadoError.NotFound, $"job {_job} is not on this host any more");
        }
    }

    /// <summary>Written beside and renamed: whoever reads it sees one state or the other.</summary>
    private void Save(RelayFacts facts)
    {
        string path = _home.Relay(_job, _epoch);
        File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(facts, StoreJson.Default.RelayFacts));
        File.Move(path + ".new", path, overwrite: true);
        _facts = facts;
        Pulse();
    }

    private static RelayFacts? ReadFacts(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), StoreJson.Default.RelayFacts) : null;

    private void Pulse() => Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    private static RelayFacts FactsOf(RelayedStreams state, int holder, IReadOnlyList<ulong> pipes, Func<int, ProcessIdentity?> identify) => new()
    {
        Holder = identify(holder) ?? throw new IOException("the process that holds the streams ended at once"),
        Pipes = pipes,
        InputFrom = state.InputFrom,
        InputEnded = state.InputEnded,
        InputClosed = state.InputClosed,
        From = [state.OutputFrom, state.ErrorsFrom],
        Closed = [state.OutputClosed, state.ErrorsClosed],
        Terminal = state.Terminal,
    };

    private static SafeFileHandle OpenInput(string path, long from)
    {
        OpenSpool(path).Dispose();
        SafeFileHandle input = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        FilePlace.Seek(input, from);
        return input;
    }

    private static SafeFileHandle OpenSpool(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
