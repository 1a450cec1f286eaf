using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Streams;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Streams;

/// <content>What the caller asks for.</content>
public sealed partial class StreamRelay
{
    private const int PieceToCaller = 1 << 17;

    /// <summary>What follows the numbers given, which also say what the caller has for good; waits a while for the job to write.</summary>
    /// <param name="isOver">The job has ended.</param>
    /// <param name="changed">Completes when <paramref name="isOver"/> may have become true; fetched before each look.</param>
    /// <exception cref="YadoException">The job is not here any more, or never wrote so much.</exception>
    public async Task<StreamOutput> ReadAsync(
        int session, long output, long errors, Func<bool> isOver, Func<Task> changed, TimeSpan patience, CancellationToken cancellation)
    {
        Acknowledge(1, output);
        Acknowledge(2, errors);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        Task late = Task.Delay(Timeout.Infinite, limit.Token);
        while (true)
        {
            Task job = changed();
            Task own;
            bool over = isOver();
            lock (_gate)
            {
                RequireHere();
                RequireSession(session);
                Hear();
                own = _changed.Task;
                if (over && _terminal is not null && !_sealed)
                {
                    Carry(1, Free(1), must: false);
                }
                List<LogChunk> pieces = [];
                Take(pieces, 1, output);
                Take(pieces, 2, errors);
                // A job that has ended holds no pipe: what it wrote is all in the spools when they are at their ends.
                // A terminal that is sealed belongs to a job that goes on elsewhere.
                if (pieces.Count > 0 || (over && (_ends[1] is null || (_terminal is not null && !_sealed)) && _ends[2] is null))
                {
                    return new StreamOutput(pieces, pieces.Count == 0);
                }
            }
            if (await Task.WhenAny(own, job, late).ConfigureAwait(false) == late)
            {
                cancellation.ThrowIfCancellationRequested();
                return new StreamOutput([], false);
            }
        }
    }

    private void Take(List<LogChunk> pieces, int stream, long from)
    {
        // Of what was written while nobody was connected, the oldest may be gone.
        from = _terminal is null ? from : Math.Max(from, _facts.From[stream - 1]);
        long count = Math.Min(Length(stream) - from, PieceToCaller);
        if (count <= 0)
        {
            return;
        }
        byte[] bytes = new byte[count];
        int got = RandomAccess.Read(_spools[stream], bytes, from);
        pieces.Add(new LogChunk(stream == 2, from, bytes.AsMemory(0, got)));
    }

    private void Acknowledge(int stream, long upTo)
    {
        lock (_gate)
        {
            RequireHere();
            if (upTo > Length(stream))
            {
                throw new YadoException(YadoError.WrongUsage, $"job {_job} has written {Length(stream)} bytes to stream {stream}, not {upTo}");
            }
            if (upTo <= _acknowledged[stream - 1])
            {
                return;
            }
            _acknowledged[stream - 1] = upTo;
            if (upTo - _facts.From[stream - 1] >= Piece && !_sealed)
            {
                long[] from = [.. _facts.From];
                from[stream - 1] = upTo;
                Save(_facts with { From = from });
                FilePlace.Forget(_spools[stream], 0, upTo & ~4095L);
            }
        }
        Wake();
    }
}
