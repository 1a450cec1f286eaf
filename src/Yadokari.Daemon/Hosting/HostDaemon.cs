using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Yadokari.Daemon.Api;
using Yadokari.Daemon.Cluster;
using Yadokari.Daemon.Draining;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Groups;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Load;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Programs;
using Yadokari.Daemon.Services;
using Yadokari.Daemon.Store;
using Yadokari.Daemon.Streams;
using Yadokari.Daemon.Trust;
using Yadokari.Engine.Consent;
using Yadokari.Linux.Proc;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Wire;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Daemon.Hosting;

/// <summary>The daemon of one host: puts the parts together and runs until it is told to stop. Jobs outlive it.</summary>
public static class HostDaemon
{
    /// <summary>There is no file of settings; to see one change, the directory of every job would be watched, and each line of its log.</summary>
    private const string NoReload = "--hostBuilder:reloadConfigOnChange=false";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Runs a daemon until <paramref name="cancellation"/>, a signal, or a request to stop.</summary>
    /// <exception cref="YadoException">It could not be started; one line for the user.</exception>
    public static async Task RunAsync(HostOptions options, CancellationToken cancellation)
    {
        try
        {
            using KernelEngine engine = new(options.Home);
            JobGroup? group = JobGroup.FromEnvironment();
            await RunAsync(options, group is null ? engine : new GroupedEngine(engine, group), group, cancellation).ConfigureAwait(false);
        }
        catch (StoreException failure)
        {
            throw new YadoException(YadoError.Failed, failure.Message, failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new YadoException(YadoError.Failed, $"cannot use {options.Home.Path}: permission denied; set YADO_HOME to a directory of your own", failure);
        }
    }

    private static async Task RunAsync(HostOptions options, IJobEngine engine, JobGroup? group, CancellationToken cancellation)
    {
        HomeDirectory home = options.Home;
        home.Create();
        using HomeLock homeLock = HomeLock.Take(home);
        using HostDatabase database = HostDatabase.Open(home.Database);
        using ProcessTable processes = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        uint uid = ProcStatus.Read(Environment.ProcessId)?.Uids[1] ?? throw new YadoException(YadoError.Failed, "/proc is not mounted: mount it");
        using HostTrust trust = HostTrust.Load(home);
        Doors doors = Doors.Open();
        ToldOptions told = new(database);
        Acceptance acceptance = Acceptance.Parse(told.Of("accept", options.Accept), told.Of("accept-users", options.AcceptUsers), uid);
        HostSelf self = new(
            trust.NameFor(told.Of("name", options.Name)),
            database.GetOrAdd("instance", () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))),
            uid,
            ProcMisc.BootId())
        {
            Via = SharedDirectory(told.Of("via", options.Via), isNew: options.Via is not null),
            Draining = database.GetOrAdd(DrainJournal.DrainingKey, () => "no") == "yes",
        };
        if (!Limits.IsName(self.Name))
        {
            throw new YadoException(YadoError.WrongUsage, $"'{Bounds.Shorten(self.Name)}' is no name for a host: give one with --name");
        }
        if (!trust.IsSecured)
        {
            RefuseOthers(options);
        }
        // What was told at an earlier start, when there was a certificate, is kept for when there is one again.
        string? listening = told.Of("listen", options.Listen);
        IPEndPoint? listen = trust.IsSecured && listening is not null ? ParseEnd(listening) : null;

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ApplicationName = "yado", ContentRootPath = home.Path, Args = [NoReload] });
        ConfigureLog(builder.Logging);
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks>();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => ConfigureKestrel(kestrel, home, listen, uid, trust, doors));
        await using WebApplication app = builder.Build();
        ILoggerFactory loggers = app.Services.GetRequiredService<ILoggerFactory>();
        trust.Use(app, doors, acceptance, loggers);

        IHostStore store = FaultingStore.Wrap(database, home);
        JobTable jobs = new(store);
        using ClusterPart? cluster = ClusterPart.Open(told.Of("cluster", options.Cluster), self, loggers);
        IJobDirectory directory = cluster?.Directory ?? new LocalDirectory();
        HostFacts facts = new(self, home, () => jobs.All.Count(e => e.Record.IsHere)) { RevokedVersion = () => trust.RevokedVersion, OnDemand = options.OnDemand };
        using PeerBook peers = new(self, trust.IsSecured, facts.Read, loggers.CreateLogger<PeerBook>());
        string? known = told.Of("peers", options.Peers.Count == 0 ? null : string.Join(' ', options.Peers));
        foreach (string peer in trust.IsSecured && known is not null ? known.Split(' ') : [])
        {
            peers.Add(peer);
        }
        JobWatcher watcher = new(engine, processes, jobs, home, self.BootId, stop.Token, loggers.CreateLogger<JobWatcher>());
        StreamRelays relays = new(home, processes);
        LimitGroups groups = LimitGroups.Here(LabelOf(home), group is null ? null : "its jobs share one control group (YADO_JOB_CGROUP)");
        groups.Sweep();
        JobRunner runner = new(engine, processes, jobs, home, self, watcher, relays) { Groups = groups };
        watcher.OnWatch = job =>
        {
            if (processes.IsAlive(job.Main))
            {
                ProgramGreeting.Give(job.Main.Pid, job.Mailbox, self.Name, home.Socket, job.Name);
            }
            relays.Find(job.Id, job.Epoch)?.Start();
        };
        MoveSource source = new(
            engine, processes, jobs, store, home, self, place => new HttpMoveTarget(place), RetryPace.Default, loggers.CreateLogger<MoveSource>())
        {
            Directory = directory,
            Ask = ConsentedFreeze.Ask,
            Relays = relays,
        };
        MoveTarget target = new(
            engine, processes, jobs, store, home, self, new ClusterMoveOracle(new HttpMoveOracle(Routes.Move), directory), watcher.Watch, RetryPace.Default, loggers.CreateLogger<MoveTarget>())
        {
            Room = facts.Room,
            Relays = relays,
            Groups = groups,
        };
        ProgramStore programs = new(home);
        ServiceLauncher launcher = new(engine, processes, home, self, programs);
        ServiceMoveSource serviceSource = new(
            processes, jobs, database, home, self, programs, launcher, RetryPace.Default, loggers.CreateLogger<ServiceMoveSource>())
        {
            Directory = directory,
        };
        ServiceMoveTarget serviceTarget = new(
            processes, jobs, database, home, self, programs, launcher, new ClusterMoveOracle(new HttpMoveOracle(Routes.ServiceMove), directory), watcher.Watch, RetryPace.Default, loggers.CreateLogger<ServiceMoveTarget>())
        {
            Room = facts.Room,
        };
        MoveCheck checks = new(engine, processes, home, self, relays, directory, place => new HttpMoveTarget(place));
        MovableBook movable = new(checks.TryFindObstacles, TimeProvider.System);
        JobViews views = new(processes, self) { Obstacles = movable.Of, UnderWay = id => jobs.TryGet(id)?.UnderWay };
        cluster?.Follow(jobs, processes, peers, loggers);
        using SchedulingPart scheduling = new(database, home, self, acceptance, jobs, processes, facts, views, peers, source, serviceSource, group, cluster?.Election, stop.Token, loggers);

        using JobCare care = new(
            engine, processes, jobs, home, self, watcher, source, serviceSource, () => target.IsExpecting || serviceTarget.IsExpecting, peers,
            new DrainJournal(database), options, groups, stop.Token, loggers);

        new HostApi(facts, peers, new Doctor(facts, home, self, acceptance), stop.Cancel, loggers.CreateLogger<HostApi>()).Map(app);
        new JobApi(
            jobs, runner, care.Reviver, care.Adopter, views, new LogStreamer(home), source, serviceSource, checks, movable, peers,
            new JobFinder(jobs, directory, views, self), self, stop.Token, loggers.CreateLogger<JobApi>()).Map(app);
        new RemovalApi(jobs, store, home, database.DeleteJob, self, views, loggers.CreateLogger<RemovalApi>()).Map(app);
        new ProgramApi(
            new ProgramRegistry(jobs, runner, care.Adopter, processes, home, self, stop.Token, loggers.CreateLogger<ProgramRegistry>()),
            views, loggers.CreateLogger<ProgramApi>()).Map(app);
        new StreamApi(jobs, relays, stop.Token, loggers.CreateLogger<StreamApi>()).Map(app);
        care.Map(app, facts, views);
        new MoveApi(source, target, views, stop.Token, loggers.CreateLogger<MoveApi>()).Map(app);
        scheduling.Map(app);

        new ServiceApi(
            new ServiceRunner(jobs, home, self, programs, launcher, watcher), new ServiceDirectory(jobs, peers), serviceSource, serviceTarget, views,
            stop.Token, loggers.CreateLogger<ServiceApi>()).Map(app);

        // Decided and known before anyone can ask: an answer given now must hold for ever.
        source.DecideUnfinished();
        serviceSource.DecideUnfinished();
        target.LoadUnfinished();
        serviceTarget.LoadUnfinished();
        care.Repair();
        programs.Sweep();
        relays.Sweep((id, epoch) => target.NeedsJob(id, epoch)
            || (jobs.TryGet(id)?.Record is { State: not (JobState.Moved or JobState.Saved) } job && job.Epoch == epoch));
        new HomeSweeper(home, database.DeleteJob, jobs, target, serviceTarget.NeedsJob).Sweep();
        new GroupRemoval(jobs, stop.Token, loggers.CreateLogger<GroupRemoval>()).Begin();
        File.Delete(home.Socket);
        await StartAsync(app, listen).ConfigureAwait(false);
        told.Keep();
        File.SetUnixFileMode(home.Socket, OwnerOnly);
        if (listen is not null)
        {
            self.Address = ActualEnd(app);
        }

        // A job whose release is not over is watched from the end of that on: until then it may have no process.
        foreach (JobEntry job in jobs.All.Where(e => e.Record.IsHere && !target.NeedsJob(e.Record.Id, e.Record.Epoch)))
        {
            watcher.Watch(job);
        }
        Task[] behind =
        [
            target.FinishUnfinishedAsync(stop.Token),
            serviceTarget.FinishUnfinishedAsync(stop.Token),
            source.FinishUnfinishedAsync(stop.Token),
            serviceSource.FinishUnfinishedAsync(stop.Token),
            peers.GreetAsync(stop.Token),
            trust.RenewAsync(stop.Token),
            trust.SpreadAsync(() => peers.Places, loggers, stop.Token),
            scheduling.RunAsync(stop.Token),
            care.RunAsync(),
            cluster?.RunAsync(stop.Token) ?? Task.CompletedTask,
            IdleTrim.RunAsync(stop.Token),
            new LogClock(jobs, home, TimeProvider.System, loggers.CreateLogger<LogClock>()).RunAsync(stop.Token),
        ];
        options.OnReady?.Invoke(self.Address);

        using CancellationTokenRegistration signals = app.Lifetime.ApplicationStopping.Register(stop.Cancel);
        await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(3));
        await app.StopAsync(patience.Token).ConfigureAwait(false);
        await Task.WhenAll(behind).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        File.Delete(home.Socket);
    }

    /// <param name="isNew">Told at this start. One that was told before may be away for now: each move looks at it.</param>
    /// <exception cref="YadoException">Nothing could be put there safely; exit status 2.</exception>
    private static string? SharedDirectory(string? directory, bool isNew) => directory is null or "none"
        ? null
        : isNew && SharedPlace.FindFault(directory) is { } fault
            ? throw new YadoException(YadoError.WrongUsage, $"no job moves through {Bounds.Shorten(directory)}: {fault}")
            : Path.TrimEndingDirectorySeparator(directory);

    /// <summary>Without a certificate the unix socket is the only door.</summary>
    /// <exception cref="YadoException">Another one, or another host, was asked for; exit status 2.</exception>
    private static void RefuseOthers(HostOptions options)
    {
        const string remedy = "'yado cluster init' or 'yado cluster join' gives it one";
        if (options.Listen is { } listen)
        {
            throw new YadoException(YadoError.WrongUsage, $"cannot listen on {listen}: this host has no certificate, and without one its unix socket is its only door; {remedy}");
        }
        if (options.Peers.Count > 0)
        {
            throw new YadoException(YadoError.WrongUsage, $"{options.Peers[0]} cannot be a peer: this host has no certificate, and hosts talk to each other only with certificates; {remedy}");
        }
    }

    private static IPEndPoint ParseEnd(string listen)
    {
        // A given port 0 means any free one; ParseAddress would make it the well-known port.
        IPEndPoint end = ApiConnection.ParseAddress(listen);
        if (listen.EndsWith(":0", StringComparison.Ordinal))
        {
            end.Port = 0;
        }
        return end;
    }

    private static async Task StartAsync(WebApplication app, IPEndPoint? listen)
    {
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw new YadoException(YadoError.Failed, $"cannot listen on {listen}: {failure.InnerException?.Message ?? failure.Message}; choose another with --listen", failure);
        }
        catch (SocketException failure)
        {
            throw new YadoException(YadoError.Failed, $"cannot listen on {listen}: {failure.Message}; choose another with --listen", failure);
        }
    }

    private static string ActualEnd(WebApplication app)
    {
        ICollection<string> addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new Uri(addresses.First(a => !a.Contains("unix:", StringComparison.Ordinal))).Authority;
    }

    private static void ConfigureLog(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // A start that fails is told in one line by whoever started it.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fff ";
        });
    }

    private static void ConfigureKestrel(KestrelServerOptions kestrel, HomeDirectory home, IPEndPoint? listen, uint uid, HostTrust trust, Doors doors)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = Yadokari.Protocol.Limits.MaxRequestBytes;
        // An image comes as fast as the source can freeze and read; a link that dies is found by LinkWatch.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.ListenUnixSocket(home.Socket, options =>
        {
            options.Protocols = HttpProtocols.Http1;
            options.Use(next => connection => AdmitLocal(connection, uid) ? doors.AdmitAsync(connection, next) : Refuse(connection));
        });
        if (listen is not null)
        {
            kestrel.Listen(listen, options =>
            {
                options.Protocols = HttpProtocols.Http1;
                options.Use(next => connection => WatchPeer(connection, doors, next));
                trust.Secure(options, kestrel.ApplicationServices);
            });
        }
    }

    private static bool AdmitLocal(ConnectionContext connection, uint uid)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket || ReadCredentials(socket) is not { } caller)
        {
            return false;
        }
        connection.Features.Set(caller);
        return caller.Uid == uid || caller.Uid == 0;
    }

    private static Task WatchPeer(ConnectionContext connection, Doors doors, ConnectionDelegate next)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
        {
            return Refuse(connection);
        }
        LinkWatch.Apply(socket);
        return doors.AdmitAsync(connection, next);
    }

    private static Task Refuse(ConnectionContext connection)
    {
        connection.Abort();
        return Task.CompletedTask;
    }

    private static LocalCaller? ReadCredentials(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        return socket.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, credentials) == credentials.Length
            ? new LocalCaller(BitConverter.ToInt32(credentials), BitConverter.ToUInt32(credentials[sizeof(int)..]))
            : null;
    }

    /// <summary>Tells the control groups of daemons apart, also after a restart.</summary>
    private static string LabelOf(HomeDirectory home) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home.Path)))[..8];
}
