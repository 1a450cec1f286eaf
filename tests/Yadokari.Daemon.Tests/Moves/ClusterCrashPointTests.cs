using Shouldly;
using Xunit;
using Yadokari.Daemon.Cluster;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Tests.Simulation;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Tests.Moves;

/// <summary>The same law in a cluster, where the compare-and-set of the job's key is the commit point: exactly one copy runs,
/// and the directory says where.</summary>
public sealed class ClusterCrashPointTests
{
    private const int Enough = 500;

    [Theory]
    [InlineData(true, SimFaultKind.DaemonDies)]
    [InlineData(false, SimFaultKind.DaemonDies)]
    [InlineData(true, SimFaultKind.LinkIsCut)]
    [InlineData(true, SimFaultKind.SaveFails)]
    [InlineData(false, SimFaultKind.SaveFails)]
    [InlineData(true, SimFaultKind.StoreIsSilent)]
    public async Task One_copy_runs_wherever_it_strikes(bool atSource, SimFaultKind kind)
    {
        int step = 1;
        int moved = 0;
        int stayed = 0;
        for (; step < Enough; step++)
        {
            using Scenario scenario = new(cluster: true);
            SimFault fault = new(kind, step);
            scenario.Start(atSource ? fault : null, atSource ? null : fault);

            await scenario.MoveAsync();
            await scenario.SettleAsync();

            scenario.CheckOneCopy();
            CheckDirectory(scenario);
            if (!fault.Struck)
            {
                break;
            }
            _ = scenario.B.Processes.Contains(scenario.Running!) ? moved++ : stayed++;
        }
        step.ShouldBeInRange(kind == SimFaultKind.SaveFails ? 6 : 10, Enough - 1);
        stayed.ShouldBeGreaterThan(0);
        moved.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task One_copy_runs_when_both_daemons_die()
    {
        Random random = new(1991);
        for (int round = 0; round < 60; round++)
        {
            using Scenario scenario = new(cluster: true);
            scenario.Start(new SimFault(SimFaultKind.DaemonDies, random.Next(1, 70)), new SimFault(SimFaultKind.DaemonDies, random.Next(1, 45)));

            await scenario.MoveAsync();
            await scenario.SettleAsync(
                new SimFault(SimFaultKind.DaemonDies, random.Next(1, 10)), new SimFault(SimFaultKind.DaemonDies, random.Next(1, 10)));

            scenario.CheckOneCopy();
            CheckDirectory(scenario);
        }
    }

    [Fact]
    public async Task A_source_that_is_lost_for_ever_does_not_keep_a_committed_job_from_running()
    {
        int released = 0;
        for (int step = 1; step < Enough; step++)
        {
            using Scenario scenario = new(cluster: true);
            SimFault fault = new(SimFaultKind.PowerFails, step);
            scenario.Start(faultAtA: fault);

            await scenario.MoveAsync();
            if (!fault.Struck)
            {
                break;
            }

            // Host A does not come back. What the directory says is what happens.
            if (EntryOf(scenario) is { Host: "B" })
            {
                await scenario.UntilRunsAtAsync(scenario.B);
                released++;
            }
            else
            {
                scenario.Running.ShouldBeNull(scenario.World.Tell());
            }
        }
        released.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_job_that_another_host_has_taken_over_is_not_moved()
    {
        using Scenario scenario = new(cluster: true);
        scenario.Put(new DirectoryEntry(Scenario.Job, "work", "C", "C", 5, null));
        scenario.Start();

        (await scenario.MoveAsync()).ShouldBeFalse();

        scenario.World.Story.ShouldContain(line => line.Contains("is on host C", StringComparison.Ordinal));
        scenario.Running.ShouldNotBeNull();
        scenario.A.Disk.Moves().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(MovePhase.Prepared)]
    [InlineData(MovePhase.Committed)]
    public async Task A_move_that_comes_too_late_is_void(MovePhase phase)
    {
        // The source died with its copy before the commit; while it was away, another host took the job over.
        using Scenario scenario = new(cluster: true);
        scenario.Put(new DirectoryEntry(Scenario.Job, "work", "C", "C", 2, null));
        SimHost a = scenario.A;
        MoveState state = phase == MovePhase.Prepared
            ? new MoveState.Prepared(SimEngine.ImageBytes, null)
            : new MoveState.Committed(SimEngine.ImageBytes, null);
        a.Disk.Save(a.Disk.Jobs().Single() with { State = JobState.Moving }, new MoveRecord(MoveRole.Source, Samples.Offer, "B", "B", state), durable: true);
        a.Processes.Single().State = SimProcessState.Dead;

        scenario.Start();
        await scenario.SettleAsync();

        a.Daemon!.Source.VerdictOf(Samples.Offer.MoveId).ShouldBe(MoveVerdict.Abort);
        JobRecord job = a.Daemon.Jobs.TryGet(Scenario.Job)!.Record;
        job.State.ShouldBe(JobState.Lost);
        job.Note.ShouldNotBeNull().ShouldContain("another host");
        EntryOf(scenario)!.Host.ShouldBe("C");
    }

    [Fact]
    public async Task The_answer_is_never_commit_before_the_directory_has_it()
    {
        using Scenario scenario = new(cluster: true);
        SimHost a = scenario.A;
        a.Disk.Save(
            a.Disk.Jobs().Single() with { State = JobState.Moving },
            new MoveRecord(MoveRole.Source, Samples.Offer, "B", "B", new MoveState.Committed(SimEngine.ImageBytes, null)), durable: true);
        a.Processes.Single().State = SimProcessState.Dead;
        scenario.World.StoreSilence = int.MaxValue;

        SimDaemon daemon = SimDaemon.Start(a);

        daemon.Source.VerdictOf(Samples.Offer.MoveId).ShouldBe(MoveVerdict.Pending);
        scenario.World.StoreSilence = 0;
        await scenario.UntilAsync(() => daemon.Source.VerdictOf(Samples.Offer.MoveId) == MoveVerdict.Commit);
        EntryOf(scenario)!.Host.ShouldBe("B");
    }

    private static void CheckDirectory(Scenario scenario)
    {
        bool there = scenario.B.Processes.Contains(scenario.Running!);
        DirectoryEntry? entry = EntryOf(scenario);
        (entry?.Host == "B").ShouldBe(there, scenario.World.Tell());
    }

    private static DirectoryEntry? EntryOf(Scenario scenario)
    {
        lock (scenario.World.Lock)
        {
            return scenario.World.Directory.TryGetValue(ClusterKeys.Job(Scenario.Job), out StoreEntry? entry) ? ClusterJson.ReadJob(entry.Value) : null;
        }
    }
}
