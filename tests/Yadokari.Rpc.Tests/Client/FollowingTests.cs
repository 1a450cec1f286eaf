using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;
using Yadokari.Protocol.Services;
using Yadokari.Rpc.Server;

namespace Yadokari.Rpc.Client;

/// <summary>What the client believes and what it does not.</summary>
public sealed class FollowingTests
{
    /// <summary>Of another machine: TEST-NET-3, RFC 5737.</summary>
    private const string Elsewhere = "203.0.113.7:80";

    private int _runs;

    [Fact]
    public async Task A_call_goes_to_where_the_service_has_moved_and_later_calls_go_there_at_once()
    {
        int asked = 0;
        await using SmallServer target = await SmallServer.StartAsync(app => app.MapPost("/add", async (HttpContext context) => $"{await Body(context)} {++_runs}"));
        await using SmallServer source = await SmallServer.StartAsync(
            app => app.Run(context => SayMoved(context, target.Address.Authority, 2, () => asked++)), movable: false);
        using HttpClient client = Client();

        string first = await Post(client, source, "a");
        string second = await Post(client, source, "b");

        (first, second).ShouldBe(("a 1", "b 2"));
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task A_forged_moved_to_a_stranger_is_not_followed()
    {
        await using SmallServer source = await SmallServer.StartAsync(app => app.Run(context => SayMoved(context, Elsewhere, 99)), movable: false);
        using HttpClient client = Client();

        UntrustedMoveException failure = await Should.ThrowAsync<UntrustedMoveException>(() => Post(client, source, "a"));

        failure.Message.ShouldContain(Elsewhere);
        failure.Message.ShouldContain("not followed");
    }

    [Fact]
    public async Task A_plain_redirect_is_the_callers_business()
    {
        await using SmallServer source = await SmallServer.StartAsync(app => app.Run(context =>
        {
            context.Response.Redirect("http://" + Elsewhere);
            return Task.CompletedTask;
        }), movable: false);
        using HttpClient client = Client();

        using HttpResponseMessage response = await client.PostAsync(new Uri(source.Address, "/add"), new StringContent("a"));

        response.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task An_old_moved_does_not_lead_back()
    {
        await using SmallServer old = await SmallServer.StartAsync(app => app.MapPost("/add", () => $"old {++_runs}"));
        bool confused = false;
        await using SmallServer target = await SmallServer.StartAsync(app => app.Run(async context =>
        {
            if (confused)
            {
                confused = false;
                await SayMoved(context, old.Address.Authority, 2);
                return;
            }
            context.Response.Headers[MovedHeaders.Service] = "s";
            context.Response.Headers[MovedHeaders.Epoch] = "5";
            await context.Response.WriteAsync("new");
        }), movable: false);
        await using SmallServer source = await SmallServer.StartAsync(app => app.Run(context => SayMoved(context, target.Address.Authority, 5)), movable: false);
        using HttpClient client = Client();
        (await Post(client, source, "a")).ShouldBe("new");

        confused = true;
        string answer = await Post(client, source, "b");

        answer.ShouldBe("new");
        _runs.ShouldBe(0);
    }

    [Fact]
    public async Task An_epoch_that_was_told_once_and_is_none_is_not_believed_for_ever()
    {
        await using SmallServer third = await SmallServer.StartAsync(app => app.Run(context => Serve(context, 3, "third")), movable: false);
        bool moved = false;
        await using SmallServer second = await SmallServer.StartAsync(app => app.Run(context => moved
            ? SayMoved(context, third.Address.Authority, 3)
            : Serve(context, 2, "second")), movable: false);
        await using SmallServer first = await SmallServer.StartAsync(app => app.Run(context => SayMoved(context, second.Address.Authority, int.MaxValue)), movable: false);
        using HttpClient client = Client();
        (await Post(client, first, "a")).ShouldBe("second");

        moved = true;

        (await Post(client, first, "b")).ShouldBe("third");
    }

    [Fact]
    public async Task A_place_that_told_a_wrong_epoch_of_itself_is_followed_all_the_same_when_it_moves()
    {
        await using SmallServer target = await SmallServer.StartAsync(app => app.Run(context => Serve(context, 6, "target")), movable: false);
        bool moved = false;
        int asked = 0;
        await using SmallServer source = await SmallServer.StartAsync(app => app.Run(context =>
        {
            asked++;
            return moved ? SayMoved(context, target.Address.Authority, 6) : Serve(context, int.MaxValue, "source");
        }), movable: false);
        using HttpClient client = Client();
        (await Post(client, source, "a")).ShouldBe("source");

        moved = true;

        (await Post(client, source, "b")).ShouldBe("target");
        (await Post(client, source, "c")).ShouldBe("target");
        asked.ShouldBeLessThan(8, "it asks a few times, and then goes where it is told");
    }

    [Fact]
    public async Task Servers_that_send_a_call_to_and_fro_get_it_at_a_bounded_pace()
    {
        int epoch = 1;
        int asked = 0;
        SmallServer? other = null;
        await using SmallServer one = await SmallServer.StartAsync(app => app.Run(context => SayMoved(context, other!.Address.Authority, ++epoch, () => asked++)), movable: false);
        await using (other = await SmallServer.StartAsync(app => app.Run(context => SayMoved(context, one.Address.Authority, ++epoch, () => asked++)), movable: false))
        {
            using HttpClient client = new(new YadokariHandler(new YadokariClientOptions { Daemons = { "/nowhere.sock" }, Deadline = TimeSpan.FromSeconds(2) }));

            await Should.ThrowAsync<HttpRequestException>(() => Post(client, one, "a"));
        }
        asked.ShouldBeLessThan(40);
    }

    [Fact]
    public async Task A_lost_reply_is_asked_for_again_and_the_call_does_not_run_again()
    {
        await using SmallServer server = await SmallServer.StartAsync(app => app.MapPost("/add", () => $"{++_runs}"));
        using HttpClient client = new(new YadokariHandler(new YadokariClientOptions(), new LosesReplies(every: 2)));

        for (int call = 1; call <= 10; call++)
        {
            (await Post(client, server, "x")).ShouldBe($"{call}");
        }

        _runs.ShouldBe(10);
    }

    [Fact]
    public async Task A_call_that_nobody_answers_fails_at_its_deadline_with_what_is_known()
    {
        await using SmallServer server = await SmallServer.StartAsync(app => app.MapPost("/add", () => "x"));
        Uri gone = server.Address;
        await server.DisposeAsync();
        using HttpClient client = new(new YadokariHandler(new YadokariClientOptions { Deadline = TimeSpan.FromMilliseconds(300), Daemons = { "/nowhere.sock" } }));

        HttpRequestException failure = await Should.ThrowAsync<HttpRequestException>(() => client.PostAsync(new Uri(gone, "/add"), new StringContent("a")));

        failure.Message.ShouldContain(gone.Authority);
        failure.Message.ShouldContain("may have run or not");
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_not_an_unanswered_call()
    {
        await using SmallServer server = await SmallServer.StartAsync(app => app.MapPost("/add", async (HttpContext context) =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return "never";
        }));
        using HttpClient client = Client();
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(50));

        await Should.ThrowAsync<OperationCanceledException>(() => client.PostAsync(new Uri(server.Address, "/add"), new StringContent("a"), cancel.Token));
    }

    private static HttpClient Client() => new(new YadokariHandler(new YadokariClientOptions { Daemons = { "/nowhere.sock" } }));

    private static async Task<string> Post(HttpClient client, SmallServer server, string body)
    {
        using HttpResponseMessage response = await client.PostAsync(new Uri(server.Address, "/add"), new StringContent(body));
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task<string> Body(HttpContext context)
    {
        using StreamReader reader = new(context.Request.Body);
        return await reader.ReadToEndAsync();
    }

    private static Task Serve(HttpContext context, int epoch, string answer)
    {
        context.Response.Headers[MovedHeaders.Service] = "s";
        context.Response.Headers[MovedHeaders.Epoch] = $"{epoch}";
        return context.Response.WriteAsync(answer);
    }

    private static Task SayMoved(HttpContext context, string address, int epoch, Action? asked = null)
    {
        asked?.Invoke();
        MovedAnswer.Write(context, new ServicePlace("s", "h", address, address, epoch));
        return Task.CompletedTask;
    }

    /// <summary>Every so often a reply does not arrive though the server has sent it.</summary>
    private sealed class LosesReplies(int every) : DelegatingHandler(new SocketsHttpHandler())
    {
        private int _count;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (Interlocked.Increment(ref _count) % every == 0)
            {
                response.Dispose();
                throw new HttpRequestException("the reply was lost on purpose");
            }
            return response;
        }
    }
}
