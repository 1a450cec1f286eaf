using System.Net;
using System.Net.Sockets;
using System.Text;
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

    [Theory]
    [InlineData("PUT", "/", "x", null)]
    [InlineData("POST", "/other", "x", null)]
    [InlineData("POST", "/?query", "x", null)]
    [InlineData("POST", "/", "y", null)]
    [InlineData("POST", "/", "x", "Bearer of-another")]
    public async Task Another_call_under_the_same_number_is_refused_and_gets_nobodys_answer(string method, string path, string body, string? authorization)
    {
        await using SmallServer server = await SmallServer.StartAsync(app => app.Map("/{*any}", () => $"the secret of {++_runs}"));
        using HttpClient client = new();
        using HttpRequestMessage first = Post(server.Address, 1);
        first.Content = new StringContent("x");
        using HttpResponseMessage answer = await client.SendAsync(first);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("the secret of 1");

        using HttpRequestMessage other = Post(new Uri(server.Address, path), 1, attempt: 2);
        other.Method = new HttpMethod(method);
        other.Content = new StringContent(body);
        if (authorization is not null)
        {
            other.Headers.Add("Authorization", authorization);
        }
        using HttpResponseMessage refused = await client.SendAsync(other);

        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("another call under the number 1");
        _runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_body_that_breaks_off_has_run_nothing_and_the_call_can_be_made_again()
    {
        await using SmallServer server = await SmallServer.StartAsync(app => app.MapPost("/", async (HttpContext context) =>
        {
            using StreamReader body = new(context.Request.Body);
            return $"{await body.ReadToEndAsync()} {++_runs}";
        }));
        using (TcpClient half = new())
        {
            await half.ConnectAsync(IPAddress.Loopback, server.Address.Port);
            await half.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n{MovedHeaders.Client}: goodclient\r\n{MovedHeaders.Call}: 1\r\n\r\nhalf of it"));
        }
        using HttpClient client = new();
        using HttpRequestMessage again = Post(server.Address, 1, attempt: 2);
        again.Content = new StringContent("whole");

        using HttpResponseMessage answer = await client.SendAsync(again);

        (await answer.Content.ReadAsStringAsync()).ShouldBe("whole 1");
    }

    [Fact]
    public async Task A_broken_connection_does_not_end_a_numbered_call_whose_client_will_ask_again()
    {
        TaskCompletionSource entered = new();
        TaskCompletionSource broken = new();
        TaskCompletionSource go = new();
        await using SmallServer server = await SmallServer.StartAsync(app =>
        {
            app.MapPost("/", async (HttpContext context) =>
            {
                entered.TrySetResult();
                await go.Task.WaitAsync(context.RequestAborted);
                return $"run {++_runs}";
            });
        }, around: app => app.Use(async (context, next) =>
        {
            context.RequestAborted.Register(() => broken.TrySetResult());
            await next(context);
        }));
        using HttpClient client = new();
        using CancellationTokenSource give = new();
        Task<HttpResponseMessage> first = client.SendAsync(Post(server.Address, 1), give.Token);
        await entered.Task;
        await give.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        await broken.Task;

        Task<HttpResponseMessage> second = client.SendAsync(Post(server.Address, 1, attempt: 2));
        go.SetResult();

        (await (await second).Content.ReadAsStringAsync()).ShouldBe("run 1");
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
