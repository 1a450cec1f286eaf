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
        await using SmallServer target = await SmallServer.StartAsync(app => app.Run(context => context.Response.WriteAsync("target")), movable: false);
        bool moved = false;
        await using SmallServer source = await SmallServer.StartAsync(
            app => app.Run(context =>
            {
                if (moved)
                {
                    MovedAnswer.Write(context, new ServicePlace("s", "h", target.Address.Authority, target.Address.Authority, 2));
                    return Task.CompletedTask;
                }
                context.Response.Headers[MovedHeaders.Next] = target.Address.Authority;
                return context.Response.WriteAsync("source");
            }),
            movable: false);
        CountedConnections connections = new();
        using HttpClient client = ClientOf(connections);

        (await Post(client, source)).ShouldBe("source");
        await Until.HoldsAsync(() => Task.FromResult(connections.To(target.Address.Authority) == 1), () => "nobody connects to the next place");
        (await Post(client, source)).ShouldBe("source");
        moved = true;
        (await Post(client, source)).ShouldBe("target");

        connections.To(target.Address.Authority).ShouldBe(1);
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

        (await Post(client, source)).ShouldBe("source");
        await Until.HoldsAsync(() => Task.FromResult(connections.To(nowhere) == 1), () => "nobody tries");
        (await Post(client, source)).ShouldBe("source");
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
