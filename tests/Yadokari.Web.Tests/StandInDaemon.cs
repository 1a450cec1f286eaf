using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Yadokari.Protocol;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Scheduling;

namespace Yadokari.Web.Tests;

/// <summary>Answers on a unix socket as a daemon does, with hosts and jobs that a test makes up.</summary>
internal sealed class StandInDaemon : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _directory = Directory.CreateTempSubdirectory("yado-stand-in-").FullName;

    public StandInDaemon()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.ListenUnixSocket(Socket));
        _app = builder.Build();
        _app.MapGet(Routes.Hosts, Answer(() => JsonSerializer.SerializeToUtf8Bytes(new HostList(Host("h1"), Peers), ProtocolJson.Default.HostList)));
        _app.MapGet(Routes.Host, Answer(() => JsonSerializer.SerializeToUtf8Bytes(Host("h1"), ProtocolJson.Default.HostInfo)));
        _app.MapGet(Routes.Jobs, Answer(() => JsonSerializer.SerializeToUtf8Bytes(new JobList(Jobs, []) { Hosts = TellsHosts ? new HostList(Host("h1"), Peers) : null }, ProtocolJson.Default.JobList)));
        _app.MapGet(Routes.Load, Answer(() => JsonSerializer.SerializeToUtf8Bytes(new LoadHistory("h1", 2, 1L << 34, []), ProtocolJson.Default.LoadHistory)));
        _app.MapGet(Routes.Policy, Answer(() => JsonSerializer.SerializeToUtf8Bytes(
            new PolicyInfo
            {
                Choice = new ChoosePolicy("none", new Dictionary<string, string>(), 0),
                Settings = new Dictionary<string, string>(),
                Rounds = 0,
                Ordered = 0,
                Failed = 0,
                Refused = 0,
                Log = Path.Combine(_directory, "decisions"),
                Available = [],
            },
            ProtocolJson.Default.PolicyInfo)));
        _app.StartAsync().GetAwaiter().GetResult();
    }

    public string Socket => Path.Combine(_directory, "socket");

    public IReadOnlyList<JobInfo> Jobs { get; set; } = [];

    public IReadOnlyList<PeerInfo> Peers { get; set; } = [];

    /// <summary>False: as daemons were that told jobs and hosts apart.</summary>
    public bool TellsHosts { get; init; } = true;

    /// <summary>Times that it was asked for its jobs.</summary>
    public int Looks { get; private set; }

    public static JobInfo Job(int number, string name, params string[] arguments) => new()
    {
        Id = $"{number:x16}",
        Name = name,
        Host = "h1",
        State = JobState.Running,
        Arguments = arguments,
        Uid = 0,
        Started = DateTimeOffset.UnixEpoch.AddSeconds(number),
        Epoch = 1,
        Streams = JobStreams.Log,
        Pid = number,
        MemoryBytes = number * 4096L,
        CpuUse = 0.5,
    };

    public static HostInfo Host(string name) => new()
    {
        Protocol = ProtocolVersion.Word,
        ProtocolVersion = ProtocolVersion.Current,
        Version = "0.1.0",
        Name = name,
        Instance = name,
        BootId = "boot",
        Uid = 0,
        UptimeSeconds = 1000,
        CpuCount = 2,
        Load1 = 1,
        Load5 = 1,
        Load15 = 1,
        MemoryTotal = 1L << 34,
        MemoryAvailable = 1L << 33,
        DiskFree = 1L << 36,
        Kernel = "6.7",
        CpuFeatures = [],
        Draining = false,
        RunningJobs = 1,
    };

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private RequestDelegate Answer(Func<byte[]> body) => context =>
    {
        if (context.Request.Path == Routes.Jobs)
        {
            Looks++;
        }

        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(body()).AsTask();
    };
}
