using System.Threading.Channels;
using Grpc.Core;
using Yadokari.Rpc.Server;

namespace GrpcTally;

/// <summary>Nothing in a unary method knows of moves. A method with streams may ask when a move begins, to end in its own way; one
/// that does not is ended, and its client gets UNAVAILABLE with the new place.</summary>
internal sealed class TallyService(Counts counts) : Tally.TallyBase
{
    public override Task<Times> Count(Word request, ServerCallContext context) => Task.FromResult(Answer(counts.Add(request.Text)));

    public override async Task<Times> CountAll(IAsyncStreamReader<Word> requestStream, ServerCallContext context)
    {
        long words = 0;
        await foreach (Word word in requestStream.ReadAllAsync())
        {
            counts.Add(word.Text);
            words++;
        }
        return Answer(words);
    }

    public override async Task Watch(Word request, IServerStreamWriter<Times> responseStream, ServerCallContext context)
    {
        Channel<bool> changes = Channel.CreateUnbounded<bool>();
        void Tell(string word)
        {
            if (word == request.Text)
            {
                changes.Writer.TryWrite(true);
            }
        }

        counts.Counted += Tell;
        // When a move begins: what has been counted is still told, then the stream ends as if by itself.
        using CancellationTokenRegistration moving = context.GetHttpContext().Features.Get<IMoveNotice>()?.Moving.Register(() => changes.Writer.TryComplete()) ?? default;
        try
        {
            await responseStream.WriteAsync(Answer(counts.Of(request.Text)), context.CancellationToken);
            await foreach (bool _ in changes.Reader.ReadAllAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(Answer(counts.Of(request.Text)), context.CancellationToken);
            }
        }
        finally
        {
            counts.Counted -= Tell;
        }
    }

    public override async Task CountEach(IAsyncStreamReader<Word> requestStream, IServerStreamWriter<Times> responseStream, ServerCallContext context)
    {
        await foreach (Word word in requestStream.ReadAllAsync())
        {
            await responseStream.WriteAsync(Answer(counts.Add(word.Text)));
        }
    }

    private static Times Answer(long times) => new() { Times_ = times, Process = Environment.ProcessId };
}
