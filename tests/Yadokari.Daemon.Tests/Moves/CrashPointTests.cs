using Shouldly;
using Xunit;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Tests.Simulation;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Tests.Moves;

/// <summary>
/// The law: whatever dies, whenever, exactly one copy of the job runs, and none of its work is lost or done twice.
/// Every step of a move is tried: the real source and target, real files, only processes and network are simulated.
/// </summary>
public sealed class CrashPointTests
{
    /// <summary>More than a move has; a run in which the fault no longer strikes ends the search.</summary>
    private const int Enough = 500;

    /// <summary>Fewer than a move has: below it the fault does not strike where it should.</summary>
    private const int LeastSteps = 6;

    [Fact]
    public async Task A_move_without_faults_moves_the_job_and_its_log()
    {
        using Scenario scenario = new();
        scenario.Start();

        (await scenario.MoveAsync()).ShouldBeTrue(scenario.World.Tell());
        await scenario.SettleAsync();

        scenario.CheckOneCopy();
        scenario.B.Processes.ShouldContain(scenario.Running!);
    }

    [Fact]
    public async Task Through_a_directory_that_both_hosts_see_nothing_of_the_image_is_sent()
    {
        using Scenario scenario = new(shared: true);
        scenario.Start();

        (await scenario.MoveAsync()).ShouldBeTrue(scenario.World.Tell());
        await scenario.SettleAsync();

        scenario.CheckOneCopy();
        scenario.B.Processes.ShouldContain(scenario.Running!);
        scenario.World.Tell().ShouldNotContain("send Image");
    }

    /// <summary>Else it would hear from the source that the job is its own, and have nothing to make it of.</summary>
    [Fact]
    public async Task When_the_image_is_gone_a_target_that_loses_its_power_knows_still_that_the_move_is_over()
    {
        using Scenario scenario = new();
        scenario.Start();
        (await scenario.MoveAsync()).ShouldBeTrue(scenario.World.Tell());
        MoveRecord move = scenario.B.Disk.Moves().Single();
        string image = scenario.B.Home.Image(move.Id);
        (await Task.Run(() => SpinWait.SpinUntil(() => !File.Exists(image), TimeSpan.FromSeconds(20)))).ShouldBeTrue("the image is not removed");

        scenario.B.CutPower();

        scenario.B.Disk.Moves().Single().State.ShouldBeOfType<MoveState.Released>(scenario.World.Tell());
    }

    /// <summary>There may be thousands.</summary>
    [Fact]
    public async Task A_daemon_that_starts_writes_nothing_of_moves_that_are_over()
    {
        using Scenario scenario = new();
        scenario.Start();
        (await scenario.MoveAsync()).ShouldBeTrue(scenario.World.Tell());
        await scenario.SettleAsync();
        scenario.B.KillDaemon();
        int told = scenario.World.Story.Count;

        await SimDaemon.Start(scenario.B).Behind;

        scenario.World.Story.Skip(told).ShouldNotContain(line => line.Contains("save", StringComparison.Ordinal), scenario.World.Tell());
        scenario.CheckOneCopy();
    }

    [Theory]
    [InlineData(true, SimFaultKind.DaemonDies)]
    [InlineData(false, SimFaultKind.DaemonDies)]
    [InlineData(true, SimFaultKind.LinkIsCut)]
    [InlineData(true, SimFaultKind.SaveFails)]
    [InlineData(false, SimFaultKind.SaveFails)]
    [InlineData(true, SimFaultKind.DaemonDies, true)]
    [InlineData(false, SimFaultKind.DaemonDies, true)]
    [InlineData(true, SimFaultKind.LinkIsCut, true)]
    public async Task One_copy_runs_wherever_it_strikes(bool atSource, SimFaultKind kind, bool shared = false)
    {
        int step = 1;
        int moved = 0;
        int stayed = 0;
        for (; step < Enough; step++)
        {
            using Scenario scenario = new(shared: shared);
            SimFault fault = new(kind, step);
            scenario.Start(atSource ? fault : null, atSource ? null : fault);

            await scenario.MoveAsync();
            await scenario.SettleAsync();

            scenario.CheckOneCopy();
            if (!fault.Struck)
            {
                break;
            }
            _ = scenario.B.Processes.Contains(scenario.Running!) ? moved++ : stayed++;
        }
        step.ShouldBeInRange(kind == SimFaultKind.SaveFails ? LeastSteps : 10, Enough - 1, "the fault must have struck at many steps, and the search must have come to its end");
        stayed.ShouldBeGreaterThan(0);
        moved.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task One_copy_runs_when_both_daemons_die()
    {
        Random random = new(1991);
        int bothStruck = 0;
        for (int round = 0; round < 150; round++)
        {
            using Scenario scenario = new();
            SimFault atA = new(SimFaultKind.DaemonDies, random.Next(1, 60));
            SimFault atB = new(SimFaultKind.DaemonDies, random.Next(1, 45));
            scenario.Start(atA, atB);

            await scenario.MoveAsync();
            await scenario.SettleAsync(
                new SimFault(SimFaultKind.DaemonDies, random.Next(1, 10)), new SimFault(SimFaultKind.DaemonDies, random.Next(1, 10)));

            scenario.CheckOneCopy();
            bothStruck += atA.Struck && atB.Struck ? 1 : 0;
        }
        bothStruck.ShouldBeGreaterThan(5);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_move_that_a_full_disk_ended_takes_nothing_from_the_one_that_comes_later(bool atSource)
    {
        int again = 0;
        int step = 1;
        for (; step < Enough; step++)
        {
            using Scenario scenario = new();
            // So many that what is written of the end of the move is not written either.
            SimFault fault = new(SimFaultKind.SaveFails, step, times: 2);
            scenario.Start(atSource ? fault : null, atSource ? null : fault);

            again += await scenario.MoveAsync() || await scenario.MoveAsync() ? 1 : 0;
            (atSource ? scenario.A : scenario.B).KillDaemon();
            await scenario.SettleAsync();

            scenario.CheckOneCopy();
            if (!fault.Struck)
            {
                break;
            }
        }
        step.ShouldBeInRange(LeastSteps, Enough - 1);
        again.ShouldBeGreaterThan(3, "it is moved in the end");
    }

    [Fact]
    public async Task The_job_survives_a_power_failure_of_the_target_until_it_runs_there()
    {
        int step = 1;
        for (; step < Enough; step++)
        {
            using Scenario scenario = new();
            SimFault fault = new(SimFaultKind.PowerFails, step);
            scenario.Start(faultAtB: fault);

            await scenario.MoveAsync();
            await scenario.SettleAsync();

            if (!fault.Struck)
            {
                break;
            }
            // A job that ran on the target already went down with it, as any job there; else one copy is left.
            bool ranThere = scenario.B.Daemon!.Jobs.TryGet(Scenario.Job)?.Record.State == JobState.Running && scenario.Running is null;
            if (!ranThere)
            {
                scenario.CheckOneCopy();
            }
            else
            {
                scenario.World.Story.ShouldContain("B: save  Target Released (before)", scenario.World.Tell());
            }
        }
        step.ShouldBeInRange(LeastSteps, Enough - 1, "the fault must have struck at many steps, and the search must have come to its end");
    }

    [Fact]
    public async Task The_job_survives_a_power_failure_of_the_source_after_the_commit()
    {
        int step = 1;
        int afterCommit = 0;
        for (; step < Enough; step++)
        {
            using Scenario scenario = new();
            SimFault fault = new(SimFaultKind.PowerFails, step);
            scenario.Start(faultAtA: fault);

            await scenario.MoveAsync();
            bool committed = scenario.A.Disk.Moves().Any(m => m.State.Phase >= Yadokari.Protocol.Moves.MovePhase.Committed
                && m.State.Phase != Yadokari.Protocol.Moves.MovePhase.Aborted);
            await scenario.SettleAsync();

            if (!fault.Struck)
            {
                break;
            }
            if (committed)
            {
                afterCommit++;
                scenario.CheckOneCopy();
                scenario.B.Processes.ShouldContain(scenario.Running!);
            }
            else
            {
                // It went down with its host, as any job there; the target kept nothing that could come to life later.
                scenario.Running.ShouldBeNull(scenario.World.Tell());
                scenario.World.Copies.ShouldAllBe(p => p.State == SimProcessState.Dead);
            }
        }
        step.ShouldBeInRange(LeastSteps, Enough - 1);
        afterCommit.ShouldBeInRange(1, step - 2);
    }
}
