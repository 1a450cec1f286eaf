using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Resume;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Errors;
using static Yadokari.Linux.Abi.Poll;

namespace Yadokari.Daemon.Streams;

/// <content>The thread that carries bytes between the pipes and the spools.</content>
public sealed partial class StreamRelay
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private readonly SafeFileHandle _wakeRead;
    private readonly SafeFileHandle _wakeWrite;

    /// <summary>More than a pipe may hold (pipe(7), pipe-max-size).</summary>
    private const long MostInPipe = 16 << 20;

    private Thread? _pump;
    private bool _failed;

    /// <summary>The job runs: from now on bytes flow. Says the same when they do already.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_pump is not null || _ended)
            {
                return;
            }
            _pump = new Thread(Run, 1 << 18) { IsBackground = true, Name = $"streams of {_job}" };
            _pump.Start();
        }
    }

    private void Run()
    {
        PollSet polled = new();
        TimeSpan patience;
        while (true)
        {
            lock (_gate)
            {
                if (_ended)
                {
                    return;
                }
                _failed = false;
                bool behind = false;
                if (!_sealed)
                {
                    if (IsAlone)
                    {
                        DropOldest();
                    }
                    Carry(1, Free(1), must: false);
                    Carry(2, Free(2), must: false);
                    if (_terminal is null || _ends[Input] is null)
                    {
                        Feed();
                    }
                    else
                    {
                        behind = !FeedTerminal();
                    }
                }
                if (_ends.All(e => e is null))
                {
                    StreamHolder.End(_facts.Holder.Pid);
                    Pulse();
                    return;
                }
                Fill(polled);
                // Nobody tells when a job has read from its terminal.
                patience = _failed ? Look / 4 : behind ? Look / 100 : Look;
            }
            polled.Wait(patience);
            Pipe.Empty(_wakeRead);
        }
    }

    /// <summary>What can change without a word from the daemon itself.</summary>
    private void Fill(PollSet polled)
    {
        polled.Clear();
        polled.Add(_wakeRead, POLLIN);
        if (_sealed || _failed)
        {
            return;
        }
        for (int stream = 1; stream <= 2; stream++)
        {
            if (_ends[stream] is { } end && Free(stream) > 0 && (stream != 1 || _terminal is null))
            {
                polled.Add(end, POLLIN);
            }
        }
        if (_terminal is not null)
        {
            if (_ends[1] is not null)
            {
                _terminal.Poll(polled, output: Free(1) > 0);
            }
        }
        else if (_ends[Input] is { } input)
        {
            // A reader that is gone is told of always.
            polled.Add(input, Length(Input) > InputAt() ? POLLOUT : (short)0);
        }
    }

    /// <summary>How much more of a stream is taken from the job now.</summary>
    private long Free(int stream) => IsAlone ? Piece : Window - (Length(stream) - _acknowledged[stream - 1]);

    /// <summary>From the job to a spool.</summary>
    /// <param name="must">A failure is thrown; else it is tried again later.</param>
    private void Carry(int stream, long room, bool must)
    {
        while (_ends[stream] is { } end && room > 0)
        {
            long carried = stream == 1 && _terminal is not null
                ? _terminal.ToSpool(_spools[1], Length(1), (int)Math.Min(room, Piece))
                : Pipe.ToFile(end, _spools[stream], Length(stream), (int)Math.Min(room, Piece));
            switch (carried)
            {
                case > 0:
                    room -= carried;
                    Pulse();
                    break;
                case 0:
                    Close(stream);
                    if (stream == 1 && _terminal is not null)
                    {
                        // Its session has ended.
                        Close(Input);
                    }
                    Pulse();
                    return;
                case -Errno.EAGAIN:
                    return;
                default:
                    _failed = true;
                    if (must)
                    {
                        throw new YadoException(YadoError.Failed, $"the output of job {_job} can't be kept: {new SystemCallException("splice", (int)-carried).Message}; it runs on here");
                    }
                    return;
            }
        }
    }

    /// <summary>From the spool of the input to the job.</summary>
    private void Feed()
    {
        while (_ends[Input] is { } end && _inputAt is { } spool)
        {
            if (FilePlace.Offset(spool) >= Length(Input))
            {
                if (_facts.InputEnded)
                {
                    Close(Input);
                }
                else if ((Descriptor.Poll(end, 0, TimeSpan.Zero) & POLLERR) != 0)
                {
                    CloseInput();
                }
                return;
            }
            long carried = Pipe.FromFile(spool, end, Piece);
            switch (carried)
            {
                case > 0:
                    ForgetInput();
                    Pulse();
                    break;
                case -Errno.EPIPE:
                    CloseInput();
                    return;
                case -Errno.EAGAIN:
                    return;
                default:
                    _failed = true;
                    return;
            }
        }
    }

    /// <summary>Gives the disk back what the job has read long ago. What went last into the pipe may wait there still, and is the
    /// spool's own pages: they stay.</summary>
    private void ForgetInput()
    {
        long read = InputAt() - MostInPipe;
        if (read - _facts.InputFrom >= MostInPipe)
        {
            Save(_facts with { InputFrom = read });
            FilePlace.Forget(_spools[Input], 0, read & ~4095L);
        }
    }

    /// <summary>The job reads no more.</summary>
    private void CloseInput()
    {
        Close(Input);
        Save(_facts with { InputClosed = true });
    }

    private void CloseWhatIsClosed()
    {
        for (int stream = 0; stream < _ends.Length; stream++)
        {
            if (stream == Input ? _facts.InputClosed : _facts.Closed[stream - 1])
            {
                Close(stream);
            }
        }
    }

    /// <summary>Lets go of an end for good, here and in the holder.</summary>
    private void Close(int stream)
    {
        if (Interlocked.Exchange(ref _ends[stream], null) is not { } end)
        {
            return;
        }
        StreamHolder.Release(_facts.Holder.Pid, stream);
        // The pipes of a terminal are its own.
        if (_terminal is null || stream == 2)
        {
            end.Dispose();
        }
    }

    private void Wake() => Pipe.Put(_wakeWrite, 1);

    private void StopPump()
    {
        Wake();
        if (_pump is { } pump && pump != Thread.CurrentThread)
        {
            pump.Join();
        }
    }
}
