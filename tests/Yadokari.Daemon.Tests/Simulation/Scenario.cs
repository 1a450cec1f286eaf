using System.Text.Json;
using Shouldly;
using Yadokari.Daemon.Cluster;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>Host A has one job and moves it to host B; something goes wrong; daemons are started again; all comes to rest.</summary>
public sealed class Scenario : IDisposable
{
    public const string Job = "job1";
    private const string OutputText = "what the job wrote on A\n";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly string _directory = Directory.CreateTempSubdirectory("yado-sim-").FullName;

    public Scenario(bool cluster = false, bool shared = false)
    {
        World = new SimWorld { HasDirectory = cluster, SharedDirectory = shared ? Directory.CreateDirectory(Path.Combine(_directory, "shared")).FullName : null };
        A = new SimHost(World, "A", Path.Combine(_directory, "a"));
        B = new SimHost(World, "B", Path.Combine(_directory, "b"));
        A.Home.CreateJobDirectory(Job, 1);
        File.WriteAllText(A.Home.Output(Job, 1), OutputText);
        File.WriteAllText(A.Home.Errors(Job, 1), "");
        SimProcess process = A.AddProcess(SimProcessState.Running, null, 0, A.Home.Exit(Job, 1));
        A.Disk.Save(
            new JobRecord
            {
                Id = Job,
                Name = "work",
                State = JobState.Running,
                Arguments = ["work"],
                Uid = 0,
                Started = DateTimeOffset.UnixEpoch,
                Epoch = 1,
                Streams = JobStreams.Log,
                Shell = process.Identity,
                Main = process.Identity,
            },
            null,
            durable: true);
    }

    public SimWorld World { get; }

    public SimHost A { get; }

    public SimHost B { get; }

    public SimProcess? Running => World.Copies.SingleOrDefault(p => p.State == SimProcessState.Running);

    public void Start(SimFault? faultAtA = null, SimFault? faultAtB = null)
    {
        SimDaemon.Start(B, faultAtB);
        SimDaemon.Start(A, faultAtA);
    }

    /// <summary>Moves, as a user would; true when the user is told that it worked.</summary>
    public async Task<bool> MoveAsync()
    {
        SimDaemon a = A.Daemon!;
        try
        {
            await a.Source.MoveAsync(a.Jobs.Find("work"), new Protocol.Hosts.HostPlace("B", "B"), new Progress<MoveProgress>(), CancellationToken.None, a.Stopping);
            return true;
        }
        catch (Exception failure) when (failure is YadoException or DaemonDied or StoreException or OperationCanceledException or IOException)
        {
            World.Story.Add($"the user is told: {failure.Message}");
            return false;
        }
    }

    /// <summary>Starts again what has died, and waits until both journals say that nothing is left to do.</summary>
    public async Task SettleAsync(SimFault? secondFaultAtA = null, SimFault? secondFaultAtB = null)
    {
        using CancellationTokenSource limit = new(Deadline);
        SimFault?[] next = [secondFaultAtA, secondFaultAtB];
        while (true)
        {
            limit.Token.IsCancellationRequested.ShouldBeFalse("it never comes to rest\n" + World.Tell());
            foreach ((SimHost host, int index) in ((SimHost, int)[])[(A, 0), (B, 1)])
            {
                if (host.Daemon is null)
                {
                    try
                    {
                        SimDaemon.Start(host, next[index]);
                        World.Story.Add($"{host.Name}: daemon started again");
                    }
                    catch (DaemonDied)
                    {
                        host.KillDaemon();
                    }
                    next[index] = null;
                }
            }
            if (IsAtRest())
            {
                return;
            }
            await Task.Delay(1, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What must hold when all is at rest: one copy that runs, listed where it runs, and nothing left over.</summary>
    public void CheckOneCopy()
    {
        World.Tick("at rest");
        Running.ShouldNotBeNull(World.Tell());
        SimHost host = A.Processes.Contains(Running) ? A : B;
        SimHost other = host == A ? B : A;
        JobRecord listed = host.Daemon!.Jobs.TryGet(Job).ShouldNotBeNull(World.Tell()).Record;
        listed.State.ShouldBe(JobState.Running, World.Tell());
        listed.Main.ShouldBe(Running.Identity, World.Tell());
        File.ReadAllText(host.Home.Output(Job, listed.Epoch)).ShouldBe(OutputText, World.Tell());
        JobRecord? elsewhere = other.Daemon!.Jobs.TryGet(Job)?.Record;
        (elsewhere?.IsHere ?? false).ShouldBeFalse(World.Tell());
        if (host == B)
        {
            elsewhere.ShouldNotBeNull().State.ShouldBe(JobState.Moved, World.Tell());
            elsewhere.MovedTo.ShouldBe("B");
        }
        World.Copies.ShouldNotContain(p => p.State == SimProcessState.Held || p.State == SimProcessState.Frozen, World.Tell());
        Directory.EnumerateFiles(B.Home.Images).ShouldBeEmpty(World.Tell());
        if (World.SharedDirectory is { } shared)
        {
            Directory.EnumerateFiles(shared).ShouldBeEmpty(World.Tell());
        }
    }

    /// <summary>What the cluster's directory says of a job.</summary>
    public void Put(DirectoryEntry entry)
    {
        string key = ClusterKeys.Job(entry.Job);
        World.Directory[key] = new StoreEntry(key, JsonSerializer.Serialize(entry, ClusterJson.Default.DirectoryEntry), ++World.DirectoryRevision);
    }

    public Task UntilRunsAtAsync(SimHost host) => UntilAsync(() =>
    {
        lock (World.Lock)
        {
            return host.Processes.Any(p => p.State == SimProcessState.Running);
        }
    });

    public async Task UntilAsync(Func<bool> state)
    {
        using CancellationTokenSource limit = new(Deadline);
        while (!state())
        {
            limit.Token.IsCancellationRequested.ShouldBeFalse("it never comes to that\n" + World.Tell());
            await Task.Delay(1, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        A.KillDaemon();
        B.KillDaemon();
        using CancellationTokenSource limit = new(Deadline);
        while (Directory.Exists(_directory))
        {
            try
            {
                Directory.Delete(_directory, recursive: true);
            }
            catch (IOException) when (!limit.IsCancellationRequested)
            {
                // Code of a dead daemon is still on its way out and removes or makes files of its own.
                Thread.Yield();
            }
        }
    }

    private bool IsAtRest()
    {
        lock (World.Lock)
        {
            // Decided under the lock under which a fault strikes: what is at rest stays so while it is looked at.
            return World.FaultsAreOver = A.Daemon is not null && B.Daemon is not null
                && A.Disk.Moves().Concat(B.Disk.Moves()).All(m => m.State.IsFinal)
                && A.Disk.Jobs().All(j => j.State != JobState.Moving)
                && Directory.GetFiles(B.Home.Images).Length == 0;
        }
    }
}
