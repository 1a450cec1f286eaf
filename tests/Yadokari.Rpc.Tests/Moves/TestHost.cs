using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Moves;

/// <summary>A real daemon on this machine, with a home of its own.</summary>
/// <param name="cluster">What <c>--cluster</c> gets; null: alone with its peer.</param>
internal sealed class TestHost(string name, string home, int port, int peerPort, string? cluster = null) : IDisposable
{
    private Process? _daemon;

    public string Name => name;

    public string Socket => Path.Combine(home, "daemon.sock");

    /// <summary>$YADO, else what the script at the root builds.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("YADO") is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : Path.Combine(Root, "artifacts", "yado", "yado");

    /// <summary>The checkout.</summary>
    public static string Root
    {
        get
        {
            DirectoryInfo? at = new(AppContext.BaseDirectory);
            while (at is not null && !File.Exists(Path.Combine(at.FullName, "Yadokari.slnx")))
            {
                at = at.Parent;
            }
            return at?.FullName ?? throw new DirectoryNotFoundException($"no Yadokari.slnx above {AppContext.BaseDirectory}");
        }
    }

    public static int FreePort()
    {
        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    /// <summary>Starts the daemon and waits until it answers.</summary>
    /// <param name="fault">YADO_FAULT; null: none.</param>
    public async Task StartAsync(string? fault = null)
    {
        Directory.CreateDirectory(home);
        ProcessStartInfo start = new("/bin/sh") { UseShellExecute = false };
        foreach (string word in (string[])["-c", "exec \"$@\" </dev/null >>\"$YADO_HOME/../daemon-$NAME.log\" 2>&1", "sh", Program,
            "host", "--listen", $"127.0.0.1:{port}", "--peer", $"127.0.0.1:{peerPort}", "--name", name, "--accept", "all", "--accept-users", "all", .. cluster is null ? Array.Empty<string>() : ["--cluster", cluster]])
        {
            start.ArgumentList.Add(word);
        }
        start.Environment["YADO_HOME"] = home;
        start.Environment["NAME"] = name;
        start.Environment.Remove("YADO_FAULT");
        if (fault is not null)
        {
            start.Environment["YADO_FAULT"] = fault;
        }
        _daemon = Process.Start(start)!;
        await Until.HoldsAsync(AnswersAsync, () => $"the daemon of {name} does not answer; {home}/../daemon-{name}.log");
    }

    /// <summary>Starts the daemon anew, so that it waits at a step of a move until the returned file is deleted.</summary>
    public async Task<string> StopAtAsync(string step)
    {
        string stopper = Path.Combine(home, "..", $"stop-{name}-{step}");
        File.Delete(stopper + ".reached");
        File.WriteAllText(stopper, "");
        Kill();
        await StartAsync($"{step}:{stopper}");
        return stopper;
    }

    /// <summary>Waits until the step is reached.</summary>
    /// <param name="move">Ends only after it.</param>
    public static async Task ReachedAsync(string stopper, Task move)
    {
        await Until.HoldsAsync(() => Task.FromResult(File.Exists(stopper + ".reached") || move.IsCompleted), () => $"the move does not come to {stopper}");
        if (!File.Exists(stopper + ".reached"))
        {
            await move;
            throw new InvalidOperationException($"the move is over and never came to {stopper}");
        }
    }

    /// <summary>A connection to the only instance here, as its daemon makes them.</summary>
    public Task<ControlChannel> ControlAsync() => ControlChannel.ConnectAsync(
        Directory.EnumerateFiles(Path.Combine(home, "jobs"), "control", SearchOption.AllDirectories).Single(), CancellationToken.None);

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _daemon?.Kill();
        _daemon?.WaitForExit();
    }

    /// <summary>Its fault has struck.</summary>
    public Task WaitDeadAsync() => Until.HoldsAsync(() => Task.FromResult(_daemon!.HasExited), () => $"the daemon of {name} lives on");

    public YadoClient Connect() => YadoClient.ForSocket(Socket);

    /// <summary>Runs <c>yado …</c> there.</summary>
    public (int Status, string Output, string Errors) Yado(params string[] arguments)
    {
        ProcessStartInfo start = new(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["YADO_HOME"] = home;
        start.Environment.Remove("YADO_FAULT");
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>How every instance on this host is that answers.</summary>
    public async Task<IReadOnlyList<InstanceState>> InstancesAsync()
    {
        List<InstanceState> states = [];
        string jobs = Path.Combine(home, "jobs");
        foreach (string control in Directory.Exists(jobs) ? Directory.EnumerateDirectories(jobs).Select(d => Path.Combine(d, "control")) : [])
        {
            try
            {
                using ControlChannel channel = await ControlChannel.ConnectAsync(control, CancellationToken.None);
                await channel.SendAsync(new ControlCommand(ControlVerb.Hello), CancellationToken.None);
                if (await channel.ReadAsync(CancellationToken.None) is var (_, payload))
                {
                    states.Add(System.Text.Json.JsonSerializer.Deserialize(payload.Span, Protocol.ProtocolJson.Default.ControlAnswer)!.State);
                }
            }
            catch (Exception failure) when (failure is SocketException or IOException)
            {
                // Dead, and its socket is what is left of it.
            }
        }
        return states;
    }

    public void Dispose()
    {
        Kill();
        _daemon?.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using YadoClient client = Connect();
            await client.GetHostAsync();
            return true;
        }
        catch (YadoException)
        {
            return false;
        }
    }
}
