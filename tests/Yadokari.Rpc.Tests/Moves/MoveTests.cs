using System.Diagnostics;
using System.Net;
using Shouldly;
using Xunit;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;
using Yadokari.Rpc.Client;

namespace Yadokari.Rpc.Moves;

public sealed class MoveTests
{
    [Fact]
    public async Task Clients_go_on_calling_while_the_service_moves_and_replies_get_lost()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        await using Load load = await Load.StartAsync(hosts, loseEvery: 25);
        await load.FlowsAsync("the start");

        for (int move = 1; move <= 4; move++)
        {
            (await hosts.MoveAsync()).Job.Epoch.ShouldBe(move + 1);
            await load.FlowsAsync($"move {move}");
        }

        await hosts.SettledAsync("four moves");
        (await hosts.ServingHostAsync()).ShouldBe(hosts.A);
        load.Moves.ShouldBeGreaterThan(0);
        await load.NothingIsLostAndNothingRanTwiceAsync();
    }

    [Fact]
    public async Task While_it_is_copied_answers_say_where_it_will_be_and_clients_connect_there_already()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        Uri here = new($"http://{(await hosts.PlaceAsync()).Address}/add");
        CountedConnections connections = new();
        using HttpClient client = new(new YadokariHandler(new YadokariClientOptions { Daemons = { hosts.A.Socket } }, connections.Handler));
        string stopper = await hosts.A.StopAtAsync("ahead");
        Task<MoveReport> move = hosts.MoveAsync();
        await TestHost.ReachedAsync(stopper, move);

        string next = (await NextAsync(client, here)).ShouldNotBeNull();
        await Until.HoldsAsync(() => Task.FromResult(connections.To(next) == 1), () => "the client does not connect to the next place");
        using HttpClient plain = new(new SocketsHttpHandler { AllowAutoRedirect = false });
        using HttpRequestMessage connect = new(HttpMethod.Head, $"http://{next}/") { Headers = { { MovedHeaders.Connect, "1" } } };
        using HttpResponseMessage connected = await plain.SendAsync(connect);
        connected.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using HttpResponseMessage early = await plain.PostAsync(new Uri($"http://{next}/add"), new StringContent("early"));
        early.StatusCode.ShouldBe(HttpStatusCode.TemporaryRedirect, "it does not serve yet");
        using HttpRequestMessage expected = new(HttpMethod.Post, $"http://{next}/add") { Headers = { { MovedHeaders.Next, next } }, Content = new StringContent("expected") };
        Task<HttpResponseMessage> held = plain.SendAsync(expected);
        File.Delete(stopper);
        await move;
        using HttpResponseMessage answer = await held;
        (await answer.Content.ReadAsStringAsync()).ShouldBe("1", "it was held until the service had come");

        (await hosts.PlaceAsync()).Address.ShouldBe(next);
        (await NextAsync(client, here)).ShouldBeNull("it stays");
        connections.To(next).ShouldBe(1, "the call after the move went by the connection from before it");
    }

    /// <summary>Who begins a service makes its first state, who takes it over is given it.</summary>
    [Fact]
    public async Task An_instance_knows_whether_it_takes_a_service_over()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        using HttpClient client = new();

        (await client.GetStringAsync(new Uri($"http://{(await hosts.PlaceAsync()).Address}/successor"))).ShouldBe("False");
        await hosts.MoveAsync();
        (await client.GetStringAsync(new Uri($"http://{(await hosts.PlaceAsync()).Address}/successor"))).ShouldBe("True");
    }

    private static async Task<string?> NextAsync(HttpClient client, Uri address)
    {
        using StringContent body = new($"{Guid.NewGuid()}");
        using HttpResponseMessage response = await client.PostAsync(address, body);
        (await response.Content.ReadAsStringAsync()).ShouldBe("1");
        return response.Headers.TryGetValues(MovedHeaders.Next, out IEnumerable<string>? values) ? values.Single() : null;
    }

    [Fact]
    public async Task Old_clients_find_the_service_after_three_moves()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        ServicePlace first = await hosts.PlaceAsync();
        Curl("-sS", "-d", "before", $"http://{first.Address}/add").ShouldBe("1");
        string events = Path.Combine(hosts.Files, "events");
        using Process stream = Process.Start("/usr/bin/curl", ["-sSN", "-o", events, $"http://{first.Address}/stream"]);
        await Until.HoldsAsync(() => Task.FromResult(File.Exists(events) && File.ReadAllText(events).Contains("data: 1\n", StringComparison.Ordinal)), () => "no event comes");

        for (int move = 0; move < 3; move++)
        {
            await hosts.MoveAsync();
        }

        // The stream was told, and ended by itself.
        stream.WaitForExit();
        stream.ExitCode.ShouldBe(0);
        File.ReadAllText(events).ShouldEndWith("data: moving\n\n");
        // The same port on the first host belonged to a later instance, which has left as well.
        Curl("-sSL", "-d", "after", $"http://{first.Address}/add").ShouldBe("1");
        Curl("-sSL", "-d", "before", $"http://{first.Address}/add").ShouldBe("2");
    }

    [Fact]
    public async Task A_grpc_client_is_told_unavailable_with_the_new_place()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        ServicePlace first = await hosts.PlaceAsync();
        await hosts.MoveAsync();
        ServicePlace now = await hosts.PlaceAsync();
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Post, $"http://{first.Http2Address}/counter.Counter/Add")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 3, 0x0a, 1, (byte)'k']),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");

        using HttpResponseMessage response = await client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("grpc-status").ShouldBe(["14"]);
        response.Headers.GetValues(MovedHeaders.Moved).ShouldBe([now.Http2Address]);
    }

    [Fact]
    public async Task A_host_that_the_service_has_left_passes_plain_calls_on()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync(new Dictionary<string, string> { ["MOVED_LINGER_SECONDS"] = "0" }, forwardSeconds: 600);
        ServicePlace first = await hosts.PlaceAsync();
        await hosts.MoveAsync();

        Curl("-sS", "-d", "k", $"http://{first.Address}/add").ShouldBe("1");
        Curl("-sS", "-o", "/dev/null", "-w", "%{http_code}", "-d", "k", $"http://{first.Address}/nowhere").ShouldBe("404");
    }

    [Fact]
    public async Task A_call_that_lasts_is_waited_for_as_long_as_it_lasts_and_others_are_served_meanwhile()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        ServicePlace first = await hosts.PlaceAsync();
        using HttpClient client = new() { Timeout = Timeout.InfiniteTimeSpan };
        string end = Path.Combine(hosts.Files, "end");
        Task<HttpResponseMessage> slow = client.PostAsync($"http://{first.Address}/until?file={end}&key=slow", null);
        await Until.HoldsAsync(async () => await InFlightAsync(hosts) == 1, () => "the slow call does not arrive");
        TaskCompletionSource waits = new();
        using YadoClient daemon = hosts.A.Connect();

        Task<MoveReport> move = daemon.MoveAsync(TwoHosts.Service, hosts.B.Name, progress =>
        {
            if (progress.PendingCalls == 1)
            {
                waits.TrySetResult();
            }
        });
        await waits.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Curl("-sS", "-d", "k", $"http://{first.Address}/add").ShouldBe("1");
        slow.IsCompleted.ShouldBeFalse("the other call was served while the slow one lasted");
        File.WriteAllText(end, "");
        MoveReport moved = await move;

        slow.IsCompleted.ShouldBeTrue();
        using HttpResponseMessage answer = await slow;
        (await answer.Content.ReadAsStringAsync()).ShouldBe("1", "it ended where it had begun");
        moved.Service!.Drain.ShouldBeLessThan(moved.Service.Ahead, "nobody had to wait for the slow call");
        ServicePlace now = await hosts.PlaceAsync();
        now.Host.ShouldBe(hosts.B.Name);
        foreach (string key in (string[])["k", "slow"])
        {
            Curl("-sS", $"http://{now.Address}/has?key={key}").ShouldBe("true", "what both calls changed came along");
        }
    }

    [Fact]
    public async Task A_service_that_says_so_holds_other_calls_while_one_lasts()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync(new Dictionary<string, string> { ["HOLD_WHILE_CALLS_LAST"] = "1" });
        ServicePlace first = await hosts.PlaceAsync();
        using HttpClient client = new() { Timeout = Timeout.InfiniteTimeSpan };
        string end = Path.Combine(hosts.Files, "end");
        Task<HttpResponseMessage> slow = client.PostAsync($"http://{first.Address}/until?file={end}&key=slow", null);
        await Until.HoldsAsync(async () => await InFlightAsync(hosts) == 1, () => "the slow call does not arrive");
        TaskCompletionSource waits = new();
        using YadoClient daemon = hosts.A.Connect();
        Task<MoveReport> move = daemon.MoveAsync(TwoHosts.Service, hosts.B.Name, progress =>
        {
            if (progress.PendingCalls == 1)
            {
                waits.TrySetResult();
            }
        });
        await waits.Task.WaitAsync(TimeSpan.FromMinutes(1));

        Task<HttpResponseMessage> other = client.PostAsync($"http://{first.Address}/add", new StringContent("k"));
        File.WriteAllText(end, "");
        using HttpResponseMessage held = await other;

        slow.IsCompleted.ShouldBeTrue("the other call was held");
        (await held.Content.ReadAsStringAsync()).ShouldBe("1");
        held.RequestMessage!.RequestUri!.Authority.ShouldBe((await move).Job.ServiceAddress, "and answered at the new place");
    }

    [Fact]
    public async Task Patience_that_is_over_ends_the_move_and_not_the_call()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        ServicePlace first = await hosts.PlaceAsync();
        using HttpClient client = new();
        Task<HttpResponseMessage> slow = client.PostAsync($"http://{first.Address}/until?file=/nowhere&key=slow", null);
        await Until.HoldsAsync(async () => await InFlightAsync(hosts) == 1, () => "the slow call does not arrive");

        (int status, _, string errors) = hosts.A.Yado("move", TwoHosts.Service, hosts.B.Name, "--patience", "1.5");

        status.ShouldBe(1);
        errors.ShouldContain("1 call to service 'counting' did not end within 1.5 s");
        slow.IsCompleted.ShouldBeFalse();
        Curl("-sS", "-d", "k", $"http://{first.Address}/add").ShouldBe("1");
        await hosts.SettledAsync("a move that was given up");
    }

    [Fact]
    public async Task A_program_that_does_not_start_is_refused_with_its_last_words()
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        string folder = Path.Combine(hosts.Files, "program");
        Directory.CreateDirectory(folder);
        string program = Path.Combine(folder, "broken");
        File.WriteAllText(program, "#!/bin/sh\necho 'You must install .NET to run this application.' >&2\nexit 150\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        (int status, _, string errors) = hosts.A.Yado("run", "--service", "broken", "--", program);
        (int missing, _, string missingErrors) = hosts.A.Yado("run", "--service", "none", "--", Path.Combine(folder, "none"));
        (int wrong, _, string wrongErrors) = hosts.A.Yado("run", "--service", "none", "--forward", "soon", "--", program);

        (status, missing, wrong).ShouldBe((1, 4, 2));
        errors.ShouldContain("You must install .NET");
        missingErrors.ShouldContain("no such file");
        wrongErrors.ShouldContain("'soon' is no time");
        hosts.A.Yado("ps").Output.ShouldContain("service");
    }

    private static async Task<int> InFlightAsync(TwoHosts hosts)
    {
        using ControlChannel channel = await hosts.A.ControlAsync();
        await channel.SendAsync(new ControlCommand(ControlVerb.Hello), CancellationToken.None);
        return await channel.ReadAsync(CancellationToken.None) is var (_, payload)
            ? System.Text.Json.JsonSerializer.Deserialize(payload.Span, Protocol.ProtocolJson.Default.ControlAnswer)!.InFlight
            : 0;
    }

    private static string Curl(params string[] arguments)
    {
        using Process curl = Process.Start(new ProcessStartInfo("/usr/bin/curl", ["--max-time", "60", .. arguments]) { RedirectStandardOutput = true })!;
        string output = curl.StandardOutput.ReadToEnd();
        curl.WaitForExit();
        return output;
    }
}
