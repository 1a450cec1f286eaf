using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;
using Yadokari.Protocol.Services;
using Yadokari.Rpc.Moves;
using Yadokari.Rpc.Server;

namespace Yadokari.Rpc.Client;

/// <summary>A server says where it is about to move to.</summary>
public sealed class ConnectingAheadTests
{
    [Fact]
    public async Task A_client_connects_to_the_next_place_once_and_its_calls_go_by_that_connection_after_the_move()
    {
        await using SmallServer target = await TargetAsync(context => AnswerAsync(context, "target", epoch: 2));
        bool ready = false, moved = false;
        await using SmallServer source = await SourceAsync(target, context =>
        {
            ready = IsReady(context, target);
            if (moved)
            {
                MovedAnswer.Write(context, new ServicePlace("s", "h", target.Address.Authority, target.Address.Authority, 2));
                return Task.CompletedTask;
            }
            return AnswerAsync(context, "source", epoch: 1);
        });
        CountedConnections connections = new();
        using HttpClient client = ClientOf(connections);

        await Until.HoldsAsync(
            async () =>
            {
                (await Post(client, source)).ShouldBe("source");
                return ready;
            },
            () => "the client does not connect to the next place");
        moved = true;
        (await Post(client, source)).ShouldBe("target");

        connections.To(target.Address.Authority).ShouldBe(1);
    }

    [Fact]
    public async Task A_call_that_is_sent_ahead_is_answered_there_and_later_ones_go_there_at_once()
    {
        await using SmallServer target = await TargetAsync(context => AnswerAsync(context, "target", epoch: 2));
        int sent = 0;
        await using SmallServer source = await SourceAsync(target, context =>
        {
            if (!IsReady(context, target))
            {
                return AnswerAsync(context, "source", epoch: 1);
            }
            sent++;
            MovedAnswer.WriteNext(context, target.Address.Authority);
            return Task.CompletedTask;
        });
        CountedConnections connections = new();
        using HttpClient client = ClientOf(connections);

        await Until.HoldsAsync(async () => await Post(client, source) == "target", () => "no call is sent ahead");

        (await Post(client, source)).ShouldBe("target");
        sent.ShouldBe(1, "the client knows now where the service is");
        connections.To(target.Address.Authority).ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_of_the_programs_own_is_the_callers_also_while_a_move_is_under_way()
    {
        await using SmallServer target = await TargetAsync(context => AnswerAsync(context, "target", epoch: 2));
        await using SmallServer source = await SourceAsync(target, context =>
        {
            if (IsReady(context, target))
            {
                context.Response.Headers.Location = "/elsewhere";
                context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            }
            return AnswerAsync(context, "source", epoch: 1);
        });
        using HttpClient client = ClientOf(new CountedConnections());
        HttpStatusCode status = default;

        await Until.HoldsAsync(
            async () =>
            {
                using StringContent body = new("a");
                using HttpResponseMessage response = await client.PostAsync(new Uri(source.Address, "/add"), body);
                (await response.Content.ReadAsStringAsync()).ShouldBe("source");
                status = response.StatusCode;
                return status != HttpStatusCode.OK;
            },
            () => "the client does not connect to the next place");

        status.ShouldBe(HttpStatusCode.TemporaryRedirect);
    }

    [Theory]
    [InlineData("breaks")]
    [InlineData("busy")]
    [InlineData("another service")]
    [InlineData("moved back")]
    public async Task A_call_that_was_sent_ahead_in_vain_stays_with_the_service(string how)
    {
        int tries = 0;
        SmallServer? from = null;
        await using SmallServer target = await TargetAsync(context =>
        {
            tries++;
            switch (how)
            {
                case "breaks":
                    context.Abort();
                    break;
                case "busy":
                    MovedAnswer.WriteBusy(context);
                    break;
                case "moved back":
                    MovedAnswer.Write(context, new ServicePlace("s", "h", from!.Address.Authority, from.Address.Authority, 1));
                    break;
                default:
                    return context.Response.WriteAsync("a stranger");
            }
            return Task.CompletedTask;
        });
        int sent = 0;
        await using SmallServer source = from = await SourceAsync(target, context =>
        {
            if (!IsReady(context, target))
            {
                return AnswerAsync(context, "source", epoch: 1);
            }
            sent++;
            MovedAnswer.WriteNext(context, target.Address.Authority);
            return Task.CompletedTask;
        });
        using HttpClient client = ClientOf(new CountedConnections());

        await Until.HoldsAsync(
            async () =>
            {
                (await Post(client, source)).ShouldBe("source");
                return sent > 0;
            },
            () => "no call is sent ahead");

        tries.ShouldBeGreaterThan(0);
        (await Post(client, source)).ShouldBe("source");
    }

    [Fact]
    public async Task A_next_place_that_is_no_host_of_the_cluster_is_not_connected_to()
    {
        await using SmallServer target = await SmallServer.StartAsync(app => app.Run(context => context.Response.WriteAsync("target")), movable: false);
        string[] places = [.. Enumerable.Range(1, 20).Select(i => $"203.0.113.{i}:80"), "nonsense", target.Address.Authority]; // TEST-NET-3, RFC 5737
        int call = 0;
        await using SmallServer source = await SmallServer.StartAsync(
            app => app.Run(context =>
            {
                context.Response.Headers[MovedHeaders.Next] = places[call++];
                return context.Response.WriteAsync("source");
            }),
            movable: false);
        CountedConnections connections = new();
        using HttpClient client = ClientOf(connections);

        foreach (string place in places)
        {
            (await Post(client, source)).ShouldBe("source");
        }

        // The last one may be believed, and comes behind the others.
        await Until.HoldsAsync(() => Task.FromResult(connections.To(target.Address.Authority) == 1), () => "nobody connects to the next place");
        places[..20].Sum(connections.To).ShouldBe(0);
    }

    [Fact]
    public async Task A_next_place_where_nobody_answers_does_not_matter()
    {
        string nowhere = $"127.0.0.1:{TestHost.FreePort()}";
        await using SmallServer source = await SmallServer.StartAsync(
            app => app.Run(context =>
            {
                context.Response.Headers[MovedHeaders.Next] = nowhere;
                return context.Response.WriteAsync("source");
            }),
            movable: false);
        CountedConnections connections = new();
        using HttpClient client = ClientOf(connections);

        await Until.HoldsAsync(
            async () =>
            {
                (await Post(client, source)).ShouldBe("source");
                return connections.To(nowhere) > 1;
            },
            () => "nobody tries again");
    }

    /// <summary>Lets clients connect; answers other calls as it is told.</summary>
    private static Task<SmallServer> TargetAsync(RequestDelegate answer) => SmallServer.StartAsync(
        app => app.Run(context =>
        {
            if (!context.Request.Headers.ContainsKey(MovedHeaders.Connect))
            {
                return answer(context);
            }
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }),
        movable: false);

    private static Task<SmallServer> SourceAsync(SmallServer target, RequestDelegate answer) => SmallServer.StartAsync(
        app => app.Run(context =>
        {
            context.Response.Headers[MovedHeaders.Next] = target.Address.Authority;
            return answer(context);
        }),
        movable: false);

    private static bool IsReady(HttpContext context, SmallServer target) => context.Request.Headers[MovedHeaders.Next] == target.Address.Authority;

    private static Task AnswerAsync(HttpContext context, string text, int epoch)
    {
        context.Response.Headers[MovedHeaders.Service] = "s";
        context.Response.Headers[MovedHeaders.Epoch] = $"{epoch}";
        return context.Response.WriteAsync(text);
    }

    private static HttpClient ClientOf(CountedConnections connections) =>
        new(new YadokariHandler(new YadokariClientOptions { Daemons = { "/nowhere.sock" } }, connections.Handler));

    private static async Task<string> Post(HttpClient client, SmallServer server)
    {
        using StringContent body = new("a");
        using HttpResponseMessage response = await client.PostAsync(new Uri(server.Address, "/add"), body);
        return await response.Content.ReadAsStringAsync();
    }
}
