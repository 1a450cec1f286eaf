using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using GrpcTally;
using Shouldly;
using Xunit;
using Yadokari.Protocol.Services;
using Yadokari.Rpc.Client;

namespace Yadokari.Rpc.Moves;

/// <summary>A server with Grpc.AspNetCore and clients with Grpc.Net.Client: the sample.</summary>
public sealed class GrpcTests
{
    private static string Server => TwoHosts.SampleOf("grpc/server", "grpc-tally");

    [Fact]
    public async Task Unary_calls_run_exactly_once_over_moves_and_killed_replies()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync(program: Server);
        using GrpcChannel channel = await ConnectAsync(hosts, loseEvery: 7);
        Tally.TallyClient tally = new(channel);
        ConcurrentQueue<(string Word, long Times)> answers = new();
        using CancellationTokenSource stop = new();
        Task[] callers = [.. Enumerable.Range(0, 4).Select(caller => Task.Run(async () =>
        {
            for (int number = 0; !stop.IsCancellationRequested; number++)
            {
                string word = $"{caller}-{number}";
                answers.Enqueue((word, (await tally.CountAsync(new Word { Text = word })).Times_));
            }
        }))];

        for (int move = 0; move < 3; move++)
        {
            await GoesOnAsync(answers, callers);
            await hosts.MoveAsync();
        }
        await GoesOnAsync(answers, callers);
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        answers.Where(a => a.Times != 1).ShouldBeEmpty("a word is counted once: more is a call that ran twice");
        foreach ((string word, _) in answers.Take(50))
        {
            (await TimesOfAsync(tally, word)).ShouldBe(1, "what was answered is there");
        }
    }

    [Fact]
    public async Task A_stream_that_can_end_before_the_move_does_and_the_next_one_begins_at_the_new_place()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync(program: Server);
        using GrpcChannel channel = await ConnectAsync(hosts);
        Tally.TallyClient tally = new(channel);
        using AsyncServerStreamingCall<Times> watch = tally.Watch(new Word { Text = "w" });
        (await watch.ResponseStream.MoveNext(default)).ShouldBeTrue();
        await tally.CountAsync(new Word { Text = "w" });
        (await watch.ResponseStream.MoveNext(default)).ShouldBeTrue();
        watch.ResponseStream.Current.Times_.ShouldBe(1);

        Task moving = hosts.MoveAsync();

        (await watch.ResponseStream.MoveNext(default)).ShouldBeFalse("it was told of the move, and ended by itself");
        watch.GetStatus().StatusCode.ShouldBe(StatusCode.OK);
        // Begun while the service moves, or after: it waits, and begins where the service is.
        using AsyncServerStreamingCall<Times> next = tally.Watch(new Word { Text = "w" });
        (await next.ResponseStream.MoveNext(default)).ShouldBeTrue();
        next.ResponseStream.Current.Times_.ShouldBe(1);
        (await next.ResponseHeadersAsync).GetValue(MovedHeaders.Epoch).ShouldBe("2", "the new place says which it is");
        await moving;
    }

    [Theory]
    [InlineData("requests")]
    [InlineData("both")]
    public async Task A_stream_that_goes_on_is_ended_with_the_new_place_and_the_next_one_goes_there(string kind)
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync(program: Server);
        ServicePlace first = await hosts.PlaceAsync();
        using GrpcChannel channel = await ConnectAsync(hosts);
        Tally.TallyClient tally = new(channel);
        using AsyncClientStreamingCall<Word, Times>? requests = kind == "requests" ? tally.CountAll() : null;
        using AsyncDuplexStreamingCall<Word, Times>? both = kind == "both" ? tally.CountEach() : null;
        IClientStreamWriter<Word> writer = requests?.RequestStream ?? both!.RequestStream;
        await writer.WriteAsync(new Word { Text = "before" });
        if (both is not null)
        {
            (await both.ResponseStream.MoveNext(default)).ShouldBeTrue();
            both.ResponseStream.Current.Times_.ShouldBe(1);
        }
        else
        {
            await Until.HoldsAsync(async () => await TimesOfAsync(tally, "before") == 1, () => "the first word does not arrive");
        }

        await hosts.MoveAsync();

        Task ended = both?.ResponseStream.MoveNext(default) ?? (Task)requests!.ResponseAsync;
        RpcException moved = await Should.ThrowAsync<RpcException>(() => ended.WaitAsync(TimeSpan.FromMinutes(1)));
        ServicePlace now = await hosts.PlaceAsync();
        moved.StatusCode.ShouldBe(StatusCode.Unavailable);
        moved.Status.Detail.ShouldContain($"moved to {now.Http2Address}");
        moved.Trailers.GetValue(MovedHeaders.Moved).ShouldBe(now.Http2Address);
        moved.Trailers.GetValue(MovedHeaders.Epoch).ShouldBe("2");
        now.Http2Address.ShouldNotBe(first.Http2Address);
        (await TimesOfAsync(tally, "before")).ShouldBe(1, "what was counted came along, and nobody sent the stream twice");
        using AsyncClientStreamingCall<Word, Times> again = tally.CountAll();
        foreach (string word in (string[])["a", "b", "c"])
        {
            await again.RequestStream.WriteAsync(new Word { Text = word });
        }
        await again.RequestStream.CompleteAsync();
        (await again).Times_.ShouldBe(3);
        using AsyncDuplexStreamingCall<Word, Times> each = tally.CountEach();
        for (int i = 1; i <= 3; i++)
        {
            await each.RequestStream.WriteAsync(new Word { Text = "each" });
            (await each.ResponseStream.MoveNext(default)).ShouldBeTrue();
            each.ResponseStream.Current.Times_.ShouldBe(i);
        }
    }

    [Fact]
    public async Task A_moved_call_is_made_a_few_times_and_not_thousands_of_times()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync(program: Server);
        CountedConnections connections = new();
        using GrpcChannel channel = GrpcChannel.ForAddress(
            $"http://{(await hosts.PlaceAsync()).Http2Address}", new GrpcChannelOptions { HttpHandler = new YadokariHandler(Options(hosts), new Counting(connections.Handler)) });
        Tally.TallyClient tally = new(channel);
        await hosts.MoveAsync();
        Counting.Sent = 0;

        (await tally.CountAsync(new Word { Text = "w" })).Times_.ShouldBe(1);

        Counting.Sent.ShouldBe(2, "to the old place, and to the new one");
    }

    private static async Task<long> TimesOfAsync(Tally.TallyClient tally, string word)
    {
        using AsyncServerStreamingCall<Times> watch = tally.Watch(new Word { Text = word });
        (await watch.ResponseStream.MoveNext(default)).ShouldBeTrue();
        return watch.ResponseStream.Current.Times_;
    }

    private static async Task<GrpcChannel> ConnectAsync(TwoHosts hosts, int loseEvery = 0)
    {
        SocketsHttpHandler sockets = new() { AllowAutoRedirect = false, EnableMultipleHttp2Connections = true };
        return GrpcChannel.ForAddress(
            $"http://{(await hosts.PlaceAsync()).Http2Address}",
            new GrpcChannelOptions { HttpHandler = new YadokariHandler(Options(hosts), new LosesUnary(loseEvery, sockets)) });
    }

    private static YadokariClientOptions Options(TwoHosts hosts) => new() { Service = TwoHosts.Service, Deadline = TimeSpan.FromSeconds(90), Daemons = { hosts.A.Socket, hosts.B.Socket } };

    private static Task GoesOnAsync(ConcurrentQueue<(string, long)> answers, Task[] callers)
    {
        int before = answers.Count;
        return Until.HoldsAsync(
            () => Task.FromResult(answers.Count > before + 40 || callers.Any(c => c.IsFaulted)),
            () => $"calls are not answered: {callers.FirstOrDefault(c => c.IsFaulted)?.Exception}");
    }

    /// <summary>Loses replies, as <see cref="UnreliableHandler"/>, of unary calls only.</summary>
    private sealed class LosesUnary(int every, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private int _count;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (every > 0 && request.RequestUri!.AbsolutePath.EndsWith("/Count", StringComparison.Ordinal) && Interlocked.Increment(ref _count) % every == 0)
            {
                response.Dispose();
                throw new HttpRequestException("the reply was lost on purpose");
            }
            return response;
        }
    }

    private sealed class Counting(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        public static int Sent { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Sent += request.Method == HttpMethod.Post ? 1 : 0;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
