using Shouldly;
using Xunit;
using Yadokari.Daemon.Scheduling;
using Yadokari.Protocol;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Scheduling;

namespace Yadokari.Daemon.Tests.Scheduling;

/// <summary>What the scheduler makes of what hosts say.</summary>
public sealed class ViewBuilderTests
{
    private const double Now = 1_800_000_000;

    private readonly JobLedger _ledger = new();

    [Fact]
    public void A_queue_is_what_others_want_and_what_jobs_want_where_they_are()
    {
        ClusterView view = Build([Host("a", others: 1.5), Host("b")], [Job("x", "a", demand: 2), Job("y", "a"), Job("z", "b", demand: 0.5)]);

        view.Hosts.Select(h => h.RunQueue).ShouldBe([4.5, 0.5]);
    }

    [Fact]
    public void A_job_on_its_way_counts_where_it_goes_and_is_left_alone()
    {
        ClusterView view = Build([Host("a"), Host("b")], [Job("x", "a"), Job("y", "a")], ("x", "b"));

        view.Hosts.Select(h => h.RunQueue).ShouldBe([1, 1]);
        view.Jobs.Single(j => j.Id == "x").Host.ShouldBe("b");
        view.Jobs.Single(j => j.Id == "x").Pinned.ShouldBeTrue();
        view.Jobs.Single(j => j.Id == "y").Pinned.ShouldBeFalse();
    }

    [Fact]
    public void Jobs_of_hosts_that_did_not_answer_and_jobs_that_are_over_are_not_in_the_view() =>
        Build([Host("a")], [Job("x", "gone"), Job("y", "a") with { State = JobState.Ended }, Job("z", "a")]).Jobs.Single().Id.ShouldBe("z");

    [Fact]
    public void A_host_that_has_not_measured_yet_is_stale() =>
        Build([Host("a") with { Load = null }], []).Hosts.Single().FactsAge.ShouldBeGreaterThan(1e6);

    [Fact]
    public void Processor_time_adds_up_over_hosts_and_moves_are_counted()
    {
        _ledger.Note([Job("x", "a", cpu: 5)], Now);
        _ledger.Note([Job("x", "a", cpu: 7)], Now + 1);
        _ledger.Note([Job("x", "b", cpu: 0.5, epoch: 2)], Now + 2);

        JobView job = Build([Host("b")], [Job("x", "b", cpu: 0.5, epoch: 2)], now: Now + 5).Jobs.Single();

        job.CpuSeconds.ShouldBe(7.5);
        job.Moves.ShouldBe(1);
        job.RecentMoves.ShouldBe(1);
        job.Residence.ShouldBe(3);
    }

    [Fact]
    public void Moves_of_an_hour_ago_are_no_recent_moves()
    {
        _ledger.Note([Job("x", "a")], Now);
        _ledger.Note([Job("x", "b", epoch: 2)], Now + 1);
        _ledger.Note([Job("x", "b", epoch: 2)], Now + 3700);

        _ledger.RecentMoves("x").ShouldBe(0);
    }

    [Fact]
    public void A_job_that_could_not_be_moved_is_left_alone_for_a_while()
    {
        _ledger.Note([Job("x", "a")], Now);
        _ledger.LeaveAlone("x", Now + 30);

        Build([Host("a")], [Job("x", "a")], now: Now + 29).Jobs.Single().Pinned.ShouldBeTrue();
        Build([Host("a")], [Job("x", "a")], now: Now + 31).Jobs.Single().Pinned.ShouldBeFalse();
    }

    private ClusterView Build(HostInfo[] hosts, JobInfo[] jobs, (string Job, string Host)? under = null, double now = Now) =>
        ViewBuilder.Build(now, 1, hosts, jobs, _ledger, new MoveCosts(), under is { } u ? new Dictionary<string, string> { [u.Job] = u.Host } : []);

    private ClusterView Build(HostInfo[] hosts, JobInfo[] jobs, double now) => Build(hosts, jobs, null, now);

    private static HostInfo Host(string name, double others = 0) => new()
    {
        Protocol = ProtocolVersion.Word,
        ProtocolVersion = ProtocolVersion.Current,
        Version = "0",
        Name = name,
        Instance = name,
        BootId = "boot",
        Uid = 0,
        UptimeSeconds = 1,
        CpuCount = 2,
        Load1 = 0,
        Load5 = 0,
        Load15 = 0,
        MemoryTotal = 1 << 30,
        MemoryAvailable = 1 << 29,
        DiskFree = 1 << 30,
        Kernel = "6.18",
        CpuFeatures = [],
        Draining = false,
        RunningJobs = 0,
        Load = new HostLoad { Capacity = 1, RunQueue = 9, OtherRunQueue = others, Load = 1, CpuUse = 1, OwnerPresent = false, Age = 0.5 },
    };

    private static JobInfo Job(string id, string host, double demand = 1, double cpu = 1, int epoch = 1) => new()
    {
        Id = id,
        Name = id,
        Host = host,
        State = JobState.Running,
        Arguments = ["true"],
        Uid = 0,
        Started = DateTimeOffset.FromUnixTimeSeconds((long)Now),
        Epoch = epoch,
        Streams = JobStreams.Log,
        MemoryBytes = 1 << 20,
        CpuSeconds = cpu,
        Demand = demand,
    };
}
