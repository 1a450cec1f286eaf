using System.Diagnostics;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Shouldly;
using Xunit;
using Yadokari.Protocol.Services;
using Yadokari.Rpc.Client;

namespace Yadokari.Rpc.Moves;

/// <summary>Clients that nobody here wrote a handler for.</summary>
public sealed class ForeignClientTests
{
    [Theory]
    [InlineData("/usr/bin/python3", "grpcio/counting.py", "grpcioclient")]
    [InlineData("/usr/bin/node", "grpc-js/counting.js", "grpcjsclient")]
    public async Task A_grpc_client_goes_on_calling_over_three_moves(string interpreter, string script, string client)
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        ServicePlace first = await hosts.PlaceAsync();
        string path = Path.Combine(TestHost.Root, "tests", "Yadokari.Rpc.Tests", "foreign-clients", script);
        using Process program = Process.Start(new ProcessStartInfo(interpreter, [path, first.Http2Address, client])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        List<string> answers = [];
        program.OutputDataReceived += (_, line) => Add(answers, line.Data);
        List<string> errors = [];
        program.ErrorDataReceived += (_, line) => Add(errors, line.Data);
        program.BeginOutputReadLine();
        program.BeginErrorReadLine();

        for (int move = 0; move < 3; move++)
        {
            await GoesOnAsync(answers, program, () => $"move {move}: {string.Join('\n', errors)}");
            await hosts.MoveAsync();
        }
        await GoesOnAsync(answers, program, () => $"the last move: {string.Join('\n', errors)}");
        program.StandardInput.Close();
        program.WaitForExit();

        string.Join('\n', errors).ShouldBeEmpty();
        program.ExitCode.ShouldBe(0);
        // Each key was added once: an answer of 2 would be a call that ran twice.
        answers.ShouldBe(Enumerable.Range(1, answers.Count).Select(number => $"{number} 1"));
        await EveryKeyIsCountedOnceAsync(hosts, [.. Enumerable.Range(1, answers.Count).Select(number => $"{client}-{number}")]);
    }

    [Theory]
    [InlineData(HttpTransportType.WebSockets)]
    [InlineData(HttpTransportType.ServerSentEvents)]
    [InlineData(HttpTransportType.LongPolling)]
    public async Task A_SignalR_client_is_told_to_connect_again_and_finds_the_service(HttpTransportType transport)
    {
        await using TwoHosts hosts = await TwoHosts.StartAsync();
        ServicePlace first = await hosts.PlaceAsync();
        await using HubConnection hub = new HubConnectionBuilder()
            .WithUrl($"http://{first.Address}/hub", transport)
            .WithAutomaticReconnect(new SoonForEver())
            .Build();
        int connected = 0;
        hub.Reconnected += _ =>
        {
            Interlocked.Increment(ref connected);
            return Task.CompletedTask;
        };
        await hub.StartAsync();
        (await hub.InvokeAsync<int>("Add", "before")).ShouldBe(1);

        for (int move = 1; move <= 3; move++)
        {
            await hosts.MoveAsync();
            await Until.HoldsAsync(
                () => Task.FromResult(Volatile.Read(ref connected) >= move && hub.State == HubConnectionState.Connected),
                () => $"after move {move} the hub is {hub.State}, connected again {connected} times");
            (await hub.InvokeAsync<int>("Add", $"key-{move}")).ShouldBe(1);
        }

        (await hub.InvokeAsync<int>("Add", "before")).ShouldBe(2);
        await hosts.SettledAsync("three moves");
    }

    private static void Add(List<string> lines, string? line)
    {
        lock (lines)
        {
            if (line is not null)
            {
                lines.Add(line);
            }
        }
    }

    private static async Task GoesOnAsync(List<string> answers, Process program, Func<string> what)
    {
        int before = Count();
        await Until.HoldsAsync(() => Task.FromResult(Count() > before + 20 || program.HasExited), () => "the client's answers stop after " + what());
        program.HasExited.ShouldBeFalse(what());

        int Count()
        {
            lock (answers)
            {
                return answers.Count;
            }
        }
    }

    private static async Task EveryKeyIsCountedOnceAsync(TwoHosts hosts, IReadOnlyList<string> keys)
    {
        ServicePlace now = await hosts.PlaceAsync();
        using HttpClient client = new(new YadokariHandler());
        using HttpResponseMessage missing = await client.PostAsync(new Uri($"http://{now.Address}/missing"), new StringContent(string.Join('\n', keys)));
        (await missing.Content.ReadAsStringAsync()).ShouldBe("0");
        string report = await client.GetStringAsync(new Uri($"http://{now.Address}/report"));
        report.Split(' ')[1].ShouldBe("0", "keys counted twice");
    }

    private sealed class SoonForEver : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) => TimeSpan.FromMilliseconds(20);
    }
}
