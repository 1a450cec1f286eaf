using System.Buffers;
using System.Text;
using Shouldly;
using Xunit;
using Yadokari.Rpc.Server.Replies;
using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Server;

public sealed class ReplyTableTests
{
    private readonly YadokariOptions _options = new();

    [Fact]
    public void A_repeated_call_gets_the_kept_reply()
    {
        ReplyTable table = new(_options);
        table.Admit(Call(1)).ShouldBeOfType<Admission.Run>();
        table.Complete(Call(1), Answer("one"));

        Admission again = table.Admit(Call(1, attempt: 2));

        Text(again).ShouldBe("one");
    }

    [Fact]
    public void A_call_that_runs_is_waited_for()
    {
        ReplyTable table = new(_options);
        table.Admit(Call(1));

        Admission.Wait wait = table.Admit(Call(1, attempt: 2)).ShouldBeOfType<Admission.Wait>();

        wait.Ended.IsCompleted.ShouldBeFalse();
        table.Complete(Call(1), Answer("one"));
        Text(table.Admit(Call(1, attempt: 2))).ShouldBe("one");
    }

    [Fact]
    public void What_is_acknowledged_is_forgotten_and_refused_from_then_on()
    {
        ReplyTable table = new(_options);
        for (int number = 1; number <= 3; number++)
        {
            table.Admit(Call(number));
            table.Complete(Call(number), Answer($"{number}"));
        }

        table.Admit(Call(4, acknowledged: 3)).ShouldBeOfType<Admission.Run>();

        table.Count.ShouldBe(1);
        table.Admit(Call(2, attempt: 2)).ShouldBeOfType<Admission.Refuse>();
        Text(table.Admit(Call(3, attempt: 2))).ShouldBe("3");
    }

    [Fact]
    public void A_client_that_never_acknowledges_is_told_to_wait_instead_of_filling_the_memory()
    {
        _options.MaxRepliesPerClient = 3;
        ReplyTable table = new(_options);
        for (int number = 1; number <= 3; number++)
        {
            table.Admit(Call(number));
            table.Complete(Call(number), Answer("x"));
        }

        table.Admit(Call(4)).ShouldBeOfType<Admission.Busy>();
        table.Admit(Call(4, acknowledged: 2)).ShouldBeOfType<Admission.Run>();
    }

    [Fact]
    public void A_repeated_call_of_a_client_that_is_not_known_any_more_is_refused()
    {
        new ReplyTable(_options).Admit(Call(7, attempt: 2)).ShouldBeOfType<Admission.Refuse>();
    }

    [Fact]
    public void A_reply_too_large_to_be_kept_is_not_made_by_running_the_call_again()
    {
        ReplyTable table = new(_options);
        table.Admit(Call(1));
        table.Complete(Call(1), new Reply(200, [], [], null));

        table.Admit(Call(1, attempt: 2)).ShouldBeOfType<Admission.Refuse>();
    }

    [Fact]
    public void Replies_travel_ahead_and_with_the_changes()
    {
        ReplyTable source = new(_options);
        Reply full = new(201, [new("content-type", "text/plain"), new("x", "y")], [new("grpc-status", "0")], [1, 2, 3]);
        source.Admit(Call(1, client: "clientone"));
        source.Complete(Call(1, client: "clientone"), full);
        ArrayBufferWriter<byte> ahead = new();
        source.SaveAhead(ahead);
        source.Admit(Call(1, client: "clienttwo"));
        source.Complete(Call(1, client: "clienttwo"), Answer("two"));
        source.Admit(Call(2, acknowledged: 2, client: "clientone"));
        source.Complete(Call(2, acknowledged: 2, client: "clientone"), full);
        ArrayBufferWriter<byte> delta = new();
        source.SaveDelta(delta);

        ReplyTable target = new(_options);
        target.Restore(ahead.WrittenMemory, source.Version);
        target.RestoreDelta(delta.WrittenMemory, source.Version);

        target.Count.ShouldBe(2);
        target.Bytes.ShouldBe(source.Bytes);
        Text(target.Admit(Call(1, client: "clienttwo", attempt: 2))).ShouldBe("two");
        target.Admit(Call(1, client: "clientone", attempt: 2)).ShouldBeOfType<Admission.Refuse>();
        Reply arrived = target.Admit(Call(2, client: "clientone", attempt: 2)).ShouldBeOfType<Admission.Repeat>().Reply;
        arrived.Status.ShouldBe(201);
        arrived.Headers.ShouldBe(full.Headers);
        arrived.Trailers.ShouldBe(full.Trailers);
        arrived.Body.ShouldBe(full.Body);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_request_under_the_same_number_gets_no_answer_that_is_not_its_own(bool done)
    {
        ReplyTable table = new(_options);
        table.Admit(Call(1)).ShouldBeOfType<Admission.Run>();
        if (done)
        {
            table.Complete(Call(1), Answer("one"));
        }

        table.Admit(Call(1, attempt: 2) with { Digest = [2] }).ShouldBeOfType<Admission.Refuse>().Reason.ShouldContain("another call");
    }

    [Fact]
    public void A_peer_that_invents_clients_takes_no_room_from_others()
    {
        _options.MaxClients = 100;
        ReplyTable table = new(_options);
        for (int i = 0; i < 1000; i++)
        {
            CallId invented = Call(1, client: $"invented{i:0000}", peer: "10.0.0.66");
            if (table.Admit(invented) is Admission.Run)
            {
                table.Complete(invented, Answer("x"));
            }
        }
        table.Clients.ShouldBe(100, "it may have all that nobody else wants");

        for (int i = 0; i < 40; i++)
        {
            CallId call = Call(1, client: $"newcomer{i}", peer: $"10.0.0.{i % 4}");
            table.Admit(call).ShouldBeOfType<Admission.Run>();
            table.Complete(call, Answer($"{i}"));
        }

        for (int i = 0; i < 40; i++)
        {
            Text(table.Admit(Call(1, attempt: 2, client: $"newcomer{i}", peer: $"10.0.0.{i % 4}"))).ShouldBe($"{i}", "what the others were answered is still kept");
        }
        table.Clients.ShouldBeLessThanOrEqualTo(100);
        table.Admit(Call(1, attempt: 2, client: "invented0000", peer: "10.0.0.66")).ShouldBeOfType<Admission.Refuse>("it had to give way: whether it ran can't be told");
    }

    [Fact]
    public void A_peer_that_acknowledges_nothing_takes_no_bytes_from_others()
    {
        _options.MaxReplyTableBytes = 100_000;
        ReplyTable table = new(_options);
        for (int i = 0; i < 200; i++)
        {
            CallId call = Call(1, client: $"hoarding{i:000}", peer: "10.0.0.66");
            if (table.Admit(call) is Admission.Run)
            {
                table.Complete(call, Answer(new string('x', 1000)));
            }
        }
        table.Bytes.ShouldBeGreaterThanOrEqualTo(100_000);
        table.Admit(Call(1, client: "hoardingmore", peer: "10.0.0.66")).ShouldBeOfType<Admission.Busy>();

        table.Admit(Call(1, client: "someoneelse", peer: "10.0.0.1")).ShouldBeOfType<Admission.Run>();
    }

    [Fact]
    public void What_was_forgotten_before_its_time_is_not_run_again_after_a_move()
    {
        _options.MaxClients = 2;
        ReplyTable source = new(_options);
        foreach (string client in (string[])["firstclient", "secondclient"])
        {
            source.Admit(Call(1, client: client, peer: "10.0.0.66"));
            source.Complete(Call(1, client: client, peer: "10.0.0.66"), Answer("x"));
        }
        source.Admit(Call(1, client: "newcomer", peer: "10.0.0.1")).ShouldBeOfType<Admission.Run>();
        ArrayBufferWriter<byte> saved = new();
        source.Save(saved);
        ReplyTable target = new(_options);
        target.Restore(saved.WrittenMemory, source.Version);

        target.Admit(Call(1, attempt: 2, client: "firstclient", peer: "10.0.0.66")).ShouldBeOfType<Admission.Refuse>();
    }

    [Fact]
    public async Task Replies_that_are_given_while_rounds_are_copied_arrive()
    {
        const int Clients = 4;
        YadokariOptions options = new() { MaxRepliesPerClient = 100_000 };
        ReplyTable source = new(options);
        using CancellationTokenSource stop = new();
        long[] last = new long[Clients];
        Task[] callers = [.. Enumerable.Range(0, Clients).Select(c => Task.Run(() =>
        {
            for (long number = 1; !stop.IsCancellationRequested; number++)
            {
                CallId call = Call(number, acknowledged: Math.Max(0, number - 5), client: $"client-no{c}");
                source.Admit(call).ShouldBeOfType<Admission.Run>();
                source.Complete(call, Answer($"{c}:{number}"));
                Volatile.Write(ref last[c], number);
            }
        }))];
        SpinWait.SpinUntil(() => Enumerable.Range(0, Clients).All(c => Volatile.Read(ref last[c]) > 10), TimeSpan.FromMinutes(2)).ShouldBeTrue();

        ReplyTable target = new(options);
        ArrayBufferWriter<byte> ahead = new();
        source.SaveAhead(ahead);
        target.Restore(ahead.WrittenMemory, source.Version);
        for (int round = 0; round < 50; round++)
        {
            ArrayBufferWriter<byte> changes = new();
            source.SaveRound(changes);
            ((ICarriedState)target).RestoreRound(changes.WrittenMemory, source.Version);
        }
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        ArrayBufferWriter<byte> delta = new();
        source.SaveDelta(delta);
        target.RestoreDelta(delta.WrittenMemory, source.Version);

        target.Count.ShouldBe(source.Count);
        target.Bytes.ShouldBe(source.Bytes);
        for (int c = 0; c < Clients; c++)
        {
            Text(target.Admit(Call(last[c], attempt: 2, client: $"client-no{c}"))).ShouldBe($"{c}:{last[c]}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(33)]
    public void Cut_bytes_are_refused(int missing)
    {
        ReplyTable source = new(_options);
        source.Admit(Call(1));
        source.Complete(Call(1), Answer("one"));
        ArrayBufferWriter<byte> saved = new();
        source.Save(saved);

        Should.Throw<InvalidDataException>(() => new ReplyTable(_options).Restore(saved.WrittenMemory[..^missing], source.Version));
    }

    private static CallId Call(long number, long acknowledged = 0, int attempt = 1, string client = "someclient", string peer = "") =>
        new(client, number, acknowledged, attempt) { Peer = peer, Digest = [1] };

    private static Reply Answer(string text) => new(200, [], [], Encoding.UTF8.GetBytes(text));

    private static string Text(Admission admission) => Encoding.UTF8.GetString(admission.ShouldBeOfType<Admission.Repeat>().Reply.Body!);
}
