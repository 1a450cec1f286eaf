using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Engine.Resume;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Streams;

namespace Yadokari.Daemon.Streams;

/// <content>A job whose streams are a terminal of its own.</content>
public sealed partial class StreamRelay
{
    /// <summary>A caller that says nothing for so long is gone: its job does not wait for it.</summary>
    private static readonly TimeSpan MostSilence = TimeSpan.FromSeconds(20);

    private long _heard = Environment.TickCount64;
    private bool _alone;
    private RelayedTerminal? _taken;

    /// <summary>The job's terminal, a device number; null: it has none.</summary>
    public ulong? TerminalDevice => _terminal?.Device;

    /// <summary>Nobody is connected: what is oldest of the output goes, instead of the job waiting.</summary>
    private bool IsAlone => _terminal is not null && (_alone || Environment.TickCount64 - _heard > MostSilence.TotalMilliseconds);

    /// <summary>Connects a caller to the job's terminal; whoever was, is not any more.</summary>
    /// <exception cref="YadoException">It has no terminal, or is not here any more.</exception>
    public async Task<AttachedStreams> AttachAsync(CancellationToken cancellation)
    {
        AttachedStreams? attached = null;
        await WhenUnsealedAsync(
            () =>
            {
                RelayedTerminal terminal = _facts.Terminal
                    ?? throw new YadoException(YadoError.Failed, $"job {_job} has no terminal of its own: 'yado logs --follow' shows its output");
                terminal = terminal with { Session = terminal.Session + 1 };
                Save(_facts with { Terminal = terminal });
                Hear();
                attached = new AttachedStreams(
                    terminal.Session, Length(Input), Math.Max(_acknowledged[0], _facts.From[0]), Math.Max(_acknowledged[1], _facts.From[1]));
            },
            cancellation).ConfigureAwait(false);
        return attached!;
    }

    /// <summary>Its caller leaves, and has seen everything before these bytes; the job goes on.</summary>
    public void Detach(int session, long output, long errors)
    {
        lock (_gate)
        {
            RequireHere();
            RequireSession(session);
            Acknowledge(1, output);
            Acknowledge(2, errors);
            _alone = true;
        }
        Wake();
    }

    /// <summary>Nobody is connected to the terminal of a job that begins.</summary>
    public void BeginAlone() => _alone = true;

    /// <summary>The window of its caller has this size.</summary>
    public Task ResizeAsync(int session, int rows, int columns, CancellationToken cancellation) => WhenUnsealedAsync(
        () =>
        {
            RequireSession(session);
            Hear();
            _terminal?.Resize(rows, columns);
        },
        cancellation);

    /// <summary>Who speaks is connected to the job's terminal; where there is none, there is but one caller.</summary>
    /// <exception cref="YadoException">Somebody else is by now.</exception>
    private void RequireSession(int session)
    {
        if (_facts.Terminal is { } terminal && terminal.Session != session)
        {
            throw new YadoException(YadoError.Failed, "its terminal was attached elsewhere");
        }
    }

    private void Hear() => (_alone, _heard) = (false, Environment.TickCount64);

    /// <summary>Acts when the job stands still no longer.</summary>
    private async Task WhenUnsealedAsync(Action act, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                RequireHere();
                changed = _changed.Task;
                if (!_sealed)
                {
                    act();
                    return;
                }
            }
            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static (StreamRelay Relay, IReadOnlyList<SafeFileHandle> Ends) MakeTerminal(
        HomeDirectory home, string job, int epoch, RelayedStreams state, RelayedTerminal as_, Func<int, ProcessIdentity?> identify)
    {
        (TerminalRelay terminal, SafeFileHandle slave) = TerminalRelay.Make(as_, home.Typed(job, epoch));
        (SafeFileHandle Read, SafeFileHandle Write)? errors = as_.ErrorsApart ? Pipe.Create() : null;
        SafeFileHandle inputAt = OpenInput(home.Input(job, epoch), state.InputFrom);
        int holder = StreamHolder.Start([terminal.Streams.Input, terminal.Streams.Output, errors?.Read, inputAt], terminal.More);
        RelayFacts facts = FactsOf(state, holder, [0, 0, errors is { } apart ? FileStatus.Of(apart.Read).Inode : 0], identify);
        StreamRelay relay = new(home, job, epoch, facts, terminal) { _inputAt = inputAt };
        (relay._ends[0], relay._ends[1], relay._ends[2]) = (terminal.Streams.Input, terminal.Streams.Output, errors?.Read);
        relay.Save(facts);
        relay.CloseWhatIsClosed();
        return (relay, [slave, slave, errors?.Write ?? slave]);
    }

    private void RepairTerminal()
    {
        _terminal?.Repair(_facts.Borrowed);
        if (_facts.Borrowed is not null)
        {
            Save(_facts with { Borrowed = null });
        }
    }

    private RelayedTerminal? SealTerminal()
    {
        if (_terminal is null)
        {
            return _facts.Terminal is null ? null : throw new YadoException(YadoError.Failed, $"job {_job} has lost its terminal: whoever held it was killed");
        }
        // What it wrote may stand in the way of the echo of what was typed.
        Carry(1, long.MaxValue, must: true);
        return _taken = _terminal.Take(_facts.Terminal!, settings => Save(_facts with { Borrowed = settings }));
    }

    private void UnsealTerminal()
    {
        if (_taken is { } taken)
        {
            _taken = null;
            _terminal!.PutBack(taken);
        }
    }

    /// <summary>From the spool of the input to the terminal.</summary>
    /// <returns>False: nothing can be done now.</returns>
    private bool FeedTerminal()
    {
        long carried;
        while (_inputAt is { } spool && (FilePlace.Offset(spool) < Length(Input) || _terminal!.OnTheWay > 0))
        {
            carried = _terminal!.FromSpool(spool);
            if (carried <= 0)
            {
                return false;
            }
            ForgetInput();
            Pulse();
        }
        return true;
    }

    /// <summary>Of the output of a job that nobody is connected to, the last part is kept.</summary>
    private void DropOldest()
    {
        for (int stream = 1; stream <= 2; stream++)
        {
            long from = Length(stream) - (Window / 2);
            if (from - _facts.From[stream - 1] > Window / 2)
            {
                long[] next = [.. _facts.From];
                next[stream - 1] = from;
                Save(_facts with { From = next });
                _acknowledged[stream - 1] = Math.Max(_acknowledged[stream - 1], from);
                FilePlace.Forget(_spools[stream], 0, from & ~4095L);
            }
        }
    }
}
