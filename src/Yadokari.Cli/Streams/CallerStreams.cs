using Yadokari.Linux.Descriptors;
using Yadokari.Protocol;
using Yadokari.Protocol.Streams;
using Yadokari.Protocol.Wire;

namespace Yadokari.Cli.Streams;

/// <summary>Feeds a job from this process' standard input, and writes what it writes to this process' own streams, at the offset
/// that those have: wherever the job is, every byte once and in order.</summary>
public sealed class CallerStreams(JobRoute route, CancellationToken cancel)
{
    private readonly long[] _written = new long[2];
    private readonly bool[] _closed = new bool[2];

    /// <summary>Returns when the job has ended and everything it wrote is written.</summary>
    public async Task RunAsync()
    {
        // It may wait for input for ever; the job's end ends this program with it.
        Task feeding = Task.Factory.StartNew(() => FeedAsync().GetAwaiter().GetResult(), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Task reading = ReadAsync();
        if (await Task.WhenAny(feeding, reading).ConfigureAwait(false) == feeding)
        {
            await feeding.ConfigureAwait(false);
        }
        await reading.ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            StreamOutput read = await route.AskAsync(host => host.ReadStreamsHereAsync(route.Id, _written[0], _written[1], 0, cancel)).ConfigureAwait(false);
            foreach (LogChunk piece in read.Pieces)
            {
                await WriteAsync(piece.IsErrors ? 1 : 0, piece).ConfigureAwait(false);
            }
            if (read.Over)
            {
                return;
            }
        }
    }

    private async Task WriteAsync(int stream, LogChunk piece)
    {
        if (piece.Offset != _written[stream])
        {
            throw new CommandFailure(ExitStatus.Failed, $"the output of the job continues at byte {piece.Offset} instead of {_written[stream]}");
        }
        if (!_closed[stream] && !StandardStream.Write(stream + 1, piece.Bytes.Span))
        {
            // As with any pipe: the job learns that nobody reads it.
            _closed[stream] = true;
            await route.AskAsync(async host =>
            {
                await host.CloseStreamHereAsync(route.Id, stream + 1, cancel).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
        _written[stream] += piece.Bytes.Length;
    }

    private async Task FeedAsync()
    {
        byte[] buffer = new byte[Limits.MaxStreamPiece];
        long sent = 0;
        // Nothing is taken from a stream that the job does not read.
        InputReceived received = await SendAsync(0, 0, end: false).ConfigureAwait(false);
        while (!received.Closed)
        {
            int count = StandardStream.Read(0, buffer);
            received = await SendAsync(sent, count, end: count == 0).ConfigureAwait(false);
            sent += count;
            if (count == 0)
            {
                return;
            }
        }
        StandardStream.Close(0);

        Task<InputReceived> SendAsync(long offset, int count, bool end) =>
            route.AskAsync(host => host.SendInputHereAsync(route.Id, offset, buffer.AsMemory(0, count), end, 0, cancel));
    }
}
