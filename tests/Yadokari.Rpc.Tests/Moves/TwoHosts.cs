using System.Diagnostics;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Moves;

/// <summary>Two daemons on this machine and a counting service on the first. Everything ends with it.</summary>
internal sealed class TwoHosts : IAsyncDisposable
{
    public const string Service = "counting";

    private readonly string _root = Directory.CreateTempSubdirectory("yado-rpc-").FullName;

    private TwoHosts(bool cluster)
    {
        string? store = cluster ? $"sqlite://{Path.Combine(_root, "cluster.db")}" : null;
        int first = TestHost.FreePort();
        int second = TestHost.FreePort();
        A = new TestHost("ha", Path.Combine(_root, "a"), first, second, store);
        B = new TestHost("hb", Path.Combine(_root, "b"), second, first, store);
        Succeeds(A.Yado("cluster", "init", "--name", A.Name, "--address", "127.0.0.1"));
        Succeeds(A.Yado("cluster", "give", "--home", Path.Combine(_root, "b"), "--name", B.Name, "--address", "127.0.0.1", "--authority", $"127.0.0.1:{first}"));

        static void Succeeds((int Status, string Output, string Errors) ending) =>
            _ = ending.Status == 0 ? 0 : throw new InvalidOperationException(ending.Errors);
    }

    public TestHost A { get; }

    public TestHost B { get; }

    public string Files => _root;

    public static string Server { get; } = ProgramOf("counting-server");

#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    /// <summary>A sample that is built with the tests.</summary>
    public static string SampleOf(string folder, string name) => Path.Combine(TestHost.Root, "samples", folder, "bin", Configuration, "net10.0", name);

    /// <summary>A program that is built with the tests.</summary>
    public static string ProgramOf(string name) => Path.Combine(TestHost.Root, "tests", "Yadokari.Rpc.Tests", name, "bin", Configuration, "net10.0", name);

    /// <param name="environment">Settings of the service.</param>
    /// <param name="prepare">Called before the service is started.</param>
    /// <param name="cluster">They share a coordination store.</param>
    /// <param name="program">The service's program.</param>
    public static async Task<TwoHosts> StartAsync(
        IReadOnlyDictionary<string, string>? environment = null, int forwardSeconds = 0, Action<TwoHosts>? prepare = null, bool cluster = false, string? program = null)
    {
        TwoHosts hosts = new(cluster);
        await Task.WhenAll(hosts.A.StartAsync(), hosts.B.StartAsync());
        prepare?.Invoke(hosts);
        Dictionary<string, string> settings = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string)e.Value!);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            settings[name] = value;
        }
        using YadoClient client = hosts.A.Connect();
        await client.StartServiceAsync(new StartService
        {
            Name = Service,
            Program = program ?? Server,
            Arguments = [],
            Environment = [.. settings.Select(s => $"{s.Key}={s.Value}")],
            ForwardSeconds = forwardSeconds,
        });
        return hosts;
    }

    public TestHost Other(TestHost host) => host == A ? B : A;

    /// <summary>Where the service is, as any daemon knows.</summary>
    public async Task<ServicePlace> PlaceAsync() =>
        await Settling.PlaceOfAsync(Service, A, B) ?? throw new InvalidOperationException("no daemon knows the service");

    public async Task<TestHost> ServingHostAsync() => (await PlaceAsync()).Host == A.Name ? A : B;

    /// <summary>Moves the service to the other host.</summary>
    public async Task<MoveReport> MoveAsync()
    {
        TestHost source = await ServingHostAsync();
        using YadoClient client = source.Connect();
        return await client.MoveAsync(Service, Other(source).Name);
    }

    /// <summary>Waits until exactly one instance serves, none is undecided, and its daemon says so.</summary>
    public Task SettledAsync(string after) => Settling.AfterAsync(after, A, B);

    /// <summary>Ends one instance with SIGKILL.</summary>
    public static void KillProcess(int pid)
    {
        using Process process = Process.GetProcessById(pid);
        process.Kill();
    }

    /// <summary>Processes of instances below a host's home, newest last.</summary>
    public static IReadOnlyList<int> InstancePids(TestHost host)
    {
        string home = Path.GetDirectoryName(host.Socket)! + "/";
        return [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => n!.All(char.IsAsciiDigit)).Select(n => int.Parse(n!)).Order().Where(pid => Runs(pid, home))];
    }

    public async ValueTask DisposeAsync()
    {
        A.Dispose();
        B.Dispose();
        foreach (int pid in InstancePids(A).Concat(InstancePids(B)))
        {
            KillProcess(pid);
        }
        await Until.HoldsAsync(() => Task.FromResult(InstancePids(A).Count + InstancePids(B).Count == 0), () => "instances live on");
        Directory.Delete(_root, recursive: true);
    }

    private static bool Runs(int pid, string home)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").StartsWith(home, StringComparison.Ordinal);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
