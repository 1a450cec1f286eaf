using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Shouldly;
using Xunit;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Server;

/// <summary>Calls that carry a number, as any client may make them.</summary>
public sealed class NumberedCallTests
{
    private int _runs;

    [Fact]
    public async Task The_same_number_runs_once_and_is_answered_alike()
    {
        await using SmallServer server = await SmallServer.StartAsync(app => app.MapPost("/", (HttpContext context) =>
        {
            context.Response.Headers["x-run"] = $"{++_runs}";
            context.Response.StatusCode = 201;
            return context.Response.WriteAsync($"run {_runs}");
        }));
        using HttpClient client = new();

        using HttpResponseMessage first = await client.SendAsync(Post(server.Address, 1));
        using HttpResponseMessage second = await client.SendAsync(Post(server.Address, 1, attempt: 2));

        _runs.ShouldBe(1);
        second.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await second.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        second.Headers.GetValues("x-run").ShouldBe(["1"]);
        first.Headers.Contains(MovedHeaders.Repeated).ShouldBeFalse();
        second.Headers.Contains(MovedHeaders.Repeated).ShouldBeTrue();
    }

    [Fact]
    public async Task A_call_without_a_number_runs_each_time()
    {
        await using SmallServer server = await SmallServer.StartAsync(app => app.MapPost("/", () => $"{++_runs}"));
        using HttpClient client = new();

        await client.PostAsync(server.Address, null);
        await client.PostAsync(server.Address, null);

        _runs.ShouldBe(2);
    }

    [Fact]
    public async Task A_call_repeated_while_it_runs_waits_for_its_reply()
    {
        TaskCompletionSource entered = new();
        TaskCompletionSource go = new();
        await using SmallServer server = await SmallServer.StartAsync(app => app.MapPost("/", async () =>
        {
            int run = ++_runs;
            entered.TrySetResult();
            await go.Task;
            return $"run {run}";
        }));
        using HttpClient client = new();

        Task<HttpResponseMessage> first = client.SendAsync(Post(server.Address, 1));
        await entered.Task;
        Task<HttpResponseMessage> second = client.SendAsync(Post(server.Address, 1, attempt: 2));
        go.SetResult();

        (await (await first).Content.ReadAsStringAsync()).ShouldBe("run 1");
        (await (await second).Content.ReadAsStringAsync()).ShouldBe("run 1");
        _runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_call_that_failed_does_not_run_again()
    {
        await using SmallServer server = await SmallServer.StartAsync(app => app.MapPost("/", string () =>
        {
            _runs++;
            throw new InvalidOperationException("half done");
        }));
        using HttpClient client = new();

        using HttpResponseMessage first = await client.SendAsync(Post(server.Address, 1));
        using HttpResponseMessage second = await client.SendAsync(Post(server.Address, 1, attempt: 2));

        _runs.ShouldBe(1);
        first.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        second.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task A_reply_over_the_bound_arrives_whole_and_its_repetition_is_refused()
    {
        const int bytes = 300_000;
        await using SmallServer server = await SmallServer.StartAsync(
            app => app.MapPost("/", () => Results.Bytes(new byte[bytes + 0 * ++_runs])), configure: options => options.MaxReplyBytes = 1000);
        using HttpClient client = new();

        using HttpResponseMessage first = await client.SendAsync(Post(server.Address, 1));
        using HttpResponseMessage second = await client.SendAsync(Post(server.Address, 1, attempt: 2));

        (await first.Content.ReadAsByteArrayAsync()).Length.ShouldBe(bytes);
        second.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await second.Content.ReadAsStringAsync()).ShouldContain("too large to be kept");
        _runs.ShouldBe(1);
    }

    [Fact]
    public async Task Trailers_are_repeated_too()
    {
        await using SmallServer server = await SmallServer.StartAsync(
            app => app.MapPost("/", async (HttpContext context) =>
            {
                context.Response.ContentType = "application/grpc";
                await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 0 });
                context.Response.AppendTrailer("grpc-status", $"{5 * ++_runs}");
            }),
            protocol: HttpProtocols.Http2);
        using HttpClient client = new();

        List<string> seen = [];
        for (int attempt = 1; attempt <= 2; attempt++)
        {
            using HttpRequestMessage request = Post(server.Address, 1, attempt);
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            using HttpResponseMessage response = await client.SendAsync(request);
            (await response.Content.ReadAsByteArrayAsync()).Length.ShouldBe(5);
            seen.AddRange(response.TrailingHeaders.GetValues("grpc-status"));
        }

        seen.ShouldBe(["5", "5"]);
    }

    [Theory]
    [InlineData("short", "1")]
    [InlineData("with spaces", "1")]
    [InlineData("goodclient", "0")]
    [InlineData("goodclient", "minus one")]
    [InlineData("goodclient", "")]
    public async Task A_number_that_is_none_is_refused_and_nothing_runs(string name, string number)
    {
        await using SmallServer server = await SmallServer.StartAsync(app => app.MapPost("/", () => $"{++_runs}"));
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Post, server.Address);
        request.Headers.TryAddWithoutValidation(MovedHeaders.Client, name);
        request.Headers.TryAddWithoutValidation(MovedHeaders.Call, number);

        using HttpResponseMessage response = await client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        _runs.ShouldBe(0);
    }

    private static HttpRequestMessage Post(Uri address, long number, int attempt = 1)
    {
        HttpRequestMessage request = new(HttpMethod.Post, address);
        request.Headers.Add(MovedHeaders.Client, "testclient");
        request.Headers.Add(MovedHeaders.Call, $"{number}");
        request.Headers.Add(MovedHeaders.Attempt, $"{attempt}");
        return request;
    }
}
