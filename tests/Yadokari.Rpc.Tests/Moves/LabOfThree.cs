using System.Collections;
using System.Diagnostics;
using Shouldly;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Moves;

/// <summary>Three virtual hosts with a network between them that can be cut: the counting service moves between two, its clients, some
/// of whose replies get lost, are on the third. Everything ends with it.</summary>
internal sealed class LabOfThree : IAsyncDisposable
{
    private readonly string _steps;
    private Process? _clients;

    private LabOfThree()
    {
        Files = Directory.CreateTempSubdirectory("yado-rpc-").FullName;
        _steps = Directory.CreateDirectory(Path.Combine(Files, "steps")).FullName;
        A = new TestHost("h1", Home("h1"), 0, 0);
        B = new TestHost("h2", Home("h2"), 0, 0);
    }

    public string Files { get; }

    public TestHost A { get; }

    public TestHost B { get; }

    /// <summary>The lab with the service on the first host, and clients that call it.</summary>
    /// <param name="cluster">The hosts share an etcd.</param>
    /// <param name="port">The service's own on every host; 0: any.</param>
    /// <param name="environment">Settings of the service.</param>
    public static async Task<LabOfThree> StartAsync(bool cluster = false, int port = 0, params string[] environment)
    {
        LabOfThree lab = new();
        try
        {
            lab.Lab(["up", "3", .. cluster ? ["--cluster"] : Array.Empty<string>()]);
            using (YadoClient client = lab.A.Connect())
            {
                await client.StartServiceAsync(new StartService
                {
                    Name = TwoHosts.Service,
                    Program = TwoHosts.Server,
                    Arguments = [],
                    Environment = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => $"{e.Key}={e.Value}"), .. environment],
                    Port = port,
                });
            }
            ServicePlace place = await lab.PlaceAsync();
            lab._clients = lab.Yado("lab", "exec", "h3", TwoHosts.ProgramOf("counting-client"), lab.Files, place.Address, place.Http2Address);
            await lab.FlowsAsync("the start");
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public async Task<ServicePlace> PlaceAsync() => (await Settling.PlaceOfAsync(TwoHosts.Service, A, B)).ShouldNotBeNull();

    public async Task<TestHost> ServingHostAsync() => (await PlaceAsync()).Host == A.Name ? A : B;

    public TestHost Other(TestHost host) => host == A ? B : A;

    /// <summary>Moves the service away from where it is.</summary>
    public async Task<MoveReport> MoveAsync()
    {
        TestHost source = await ServingHostAsync();
        using YadoClient client = source.Connect();
        return await client.MoveAsync(TwoHosts.Service, Other(source).Name);
    }

    /// <summary>The next move waits at this step until the returned file is deleted.</summary>
    public string StopAt(string step)
    {
        string stopper = Path.Combine(_steps, step);
        File.Delete(stopper + ".reached");
        File.WriteAllText(stopper, "");
        return stopper;
    }

    /// <summary>Runs <c>yado lab …</c>.</summary>
    public void Lab(params string[] arguments)
    {
        using Process process = Yado(["lab", .. arguments]);
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors);
    }

    /// <summary>Waits until calls are answered, now.</summary>
    public async Task FlowsAsync(string after)
    {
        int before = Progress().Answered;
        await Until.HoldsAsync(() => Task.FromResult(Progress() is var now && (now.Answered >= before + 20 || now.Failed > 0)), () => $"after {after} no calls are answered");
    }

    /// <summary>Ends the clients; they have asked the service what it has counted.</summary>
    public async Task NothingIsLostAndNothingRanTwiceAsync()
    {
        Process clients = _clients.ShouldNotBeNull();
        File.WriteAllText(Path.Combine(Files, "stop"), "");
        string output = await clients.StandardOutput.ReadToEndAsync();
        string errors = await clients.StandardError.ReadToEndAsync();
        await clients.WaitForExitAsync();
        clients.ExitCode.ShouldBe(0, errors);
        Dictionary<string, string> said = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        said["failed"].ShouldBe("", "calls that were not answered");
        said["missing"].ShouldBe("0", "calls that were answered and that the service has forgotten");
        said["twice"].ShouldBe("0", "calls that ran twice");
        said["keys"].ShouldBe(said["answered"], "calls that the service has counted, and those that were answered");
        said["runs"].ShouldBe(said["answered"], "runs in the service's log, and calls that were answered");
        said["sound"].ShouldBe("True", "the service's dictionary and its log agree");
    }

    public async ValueTask DisposeAsync()
    {
        if (_clients is { HasExited: false })
        {
            _clients.Kill();
            await _clients.WaitForExitAsync();
        }
        _clients?.Dispose();
        Lab("down");
        Directory.Delete(Files, recursive: true);
    }

    private (int Answered, int Failed) Progress()
    {
        string file = Path.Combine(Files, "answered");
        return File.Exists(file) && File.ReadAllText(file).Split(' ') is [var answered, var failed] ? (int.Parse(answered), int.Parse(failed)) : (0, 0);
    }

    private string Home(string host) => Path.Combine(Files, "lab", host, "home", ".yado");

    private Process Yado(params string[] arguments)
    {
        ProcessStartInfo start = new(TestHost.Program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["YADO_LAB_DIR"] = Path.Combine(Files, "lab");
        start.Environment["YADO_FAULT"] = $"*:{_steps}";
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}
