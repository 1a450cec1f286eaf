using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Draining;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Tests.Draining;

/// <summary>A drained host has no job left that could leave, and says what became of each.</summary>
public sealed class DrainerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task All_jobs_leave_several_at_once_and_spread_over_the_hosts()
    {
        WorldHost world = new(20, "b", "c");

        DrainReport report = await DrainAsync(world);

        report.Jobs.Count.ShouldBe(20);
        report.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Moved);
        report.Jobs.Select(j => j.Id).ShouldBeUnique();
        report.Jobs.GroupBy(j => j.Host).Select(g => g.Count()).ShouldBe([10, 10]);
        world.Asked.Count.ShouldBe(20);
        world.Running.ShouldBeEmpty();
        world.Journal!.Finished.ShouldBeTrue();
    }

    [Fact]
    public async Task A_job_that_is_refused_goes_to_the_next_host()
    {
        WorldHost world = new(3, "b", "c") { Answer = (_, host) => host == "b" ? new YadoException(YadoError.Refused, "no") : null };

        DrainReport report = await DrainAsync(world);

        report.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Moved && j.Host == "c");
        world.Asked.Count(a => a.Host == "b").ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task A_host_whose_daemon_comes_back_is_asked_again()
    {
        int failures = 0;
        WorldHost world = new(1, "b")
        {
            Answer = (_, _) => Interlocked.Increment(ref failures) == 1 ? new YadoException(YadoError.Failed, "broken") { Unreachable = true } : null,
        };

        DrainReport report = await DrainAsync(world);

        report.Jobs.Single().Outcome.ShouldBe(DrainOutcome.Moved);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_at_once_is_asked_again()
    {
        WorldHost world = new(3, "b") { Silences = 2 };

        DrainReport report = await DrainAsync(world);

        report.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Moved);
    }

    [Fact]
    public async Task Without_another_host_jobs_are_saved_where_it_was_asked()
    {
        WorldHost world = new(2);

        DrainReport report = await DrainAsync(world, new DrainHost { SaveTo = "/mnt/shared" });

        report.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Saved);
        report.Jobs.Select(j => j.File).Order().ShouldBe(["/mnt/shared/j1.ctx", "/mnt/shared/j2.ctx"]);
        world.Running.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_another_host_jobs_run_on_when_that_was_asked()
    {
        WorldHost world = new(2);

        DrainReport report = await DrainAsync(world, new DrainHost { Keep = true });

        report.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Kept && j.Detail!.Length > 0);
        world.Running.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_job_with_obstacles_runs_on_and_they_are_listed()
    {
        ObstacleInfo obstacle = new("tcp-connection", "descriptor 5");
        WorldHost world = new(2, "b") { Answer = (job, _) => job == "j1" ? new YadoException(new ErrorBody("it has obstacles", YadoError.Obstacles, [obstacle])) : null };

        DrainReport report = await DrainAsync(world);

        DrainedJob kept = report.Jobs.Single(j => j.Name == "j1");
        kept.Outcome.ShouldBe(DrainOutcome.Kept);
        kept.Obstacles.ShouldBe([obstacle]);
        report.Jobs.Single(j => j.Name == "j2").Outcome.ShouldBe(DrainOutcome.Moved);
    }

    [Fact]
    public async Task A_job_that_can_neither_move_nor_be_saved_runs_on()
    {
        WorldHost world = new(1) { Save = _ => new YadoException(YadoError.Failed, "the disk is full; it runs on") };

        DrainReport report = await DrainAsync(world);

        report.Jobs.Single().Outcome.ShouldBe(DrainOutcome.Kept);
        report.Jobs.Single().Detail!.ShouldContain("the disk is full");
        world.Running.Count.ShouldBe(1);
    }

    [Fact]
    public async Task When_the_time_is_over_what_has_not_left_is_saved()
    {
        WorldHost world = new(6, "b") { Gate = new TaskCompletionSource().Task };

        DrainReport report = await DrainAsync(world, new DrainHost { WithinSeconds = 0.2 });

        report.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Saved && j.Detail == "the time for moving is over");
        report.Jobs.Count.ShouldBe(6);
    }

    [Fact]
    public async Task When_the_time_is_over_what_never_comes_is_not_waited_for()
    {
        WorldHost world = new(3, "b") { IsExpecting = true };

        DrainReport report = await DrainAsync(world, new DrainHost { WithinSeconds = 0.5 });

        report.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Moved);
        report.Jobs.Count.ShouldBe(3);
        report.Milliseconds.ShouldBeGreaterThanOrEqualTo(500);
    }

    [Fact]
    public async Task With_a_bound_on_the_rate_jobs_leave_one_after_the_other()
    {
        WorldHost world = new(5, "b");

        await DrainAsync(world, new DrainHost { BytesPerSecond = 1000 });

        world.MostMoving.ShouldBe(1);
    }

    [Fact]
    public async Task A_drain_goes_on_after_a_restart_of_the_daemon()
    {
        TaskCompletionSource never = new();
        WorldHost world = new(8, "b") { Answer = (job, _) => null };
        using (CancellationTokenSource killed = new())
        {
            Drainer before = Make(world, killed.Token);
            world.Gate = never.Task;
            DrainRun run = before.Start(new DrainHost());
            await killed.CancelAsync();
            await UntilAsync(run, r => r.GivenUp is not null);
            world.Journal!.Finished.ShouldBeFalse();
        }
        // One had left when the daemon died, which came to write that down in the job only; another one long before the drain.
        Leave(world, "id3", DateTimeOffset.UtcNow);
        Leave(world, "id4", DateTimeOffset.UtcNow.AddDays(-1));
        world.Gate = Task.CompletedTask;

        Drainer after = Make(world, CancellationToken.None);
        after.ContinueUnfinished();
        DrainRun joined = after.Start(new DrainHost());
        await UntilAsync(joined, r => r.Report is not null);

        world.Running.ShouldBeEmpty();
        joined.Report!.Jobs.Select(j => j.Id).Order().ShouldBe(["id1", "id2", "id3", "id5", "id6", "id7", "id8"]);
        joined.Report.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Moved && j.Host == "b");

        static void Leave(WorldHost world, string id, DateTimeOffset time)
        {
            JobEntry job = world.Table.TryGet(id)!;
            world.Table.Update(job, job.Record with { State = JobState.Moved, MovedTo = "b", Ended = time }, null, durable: false);
        }
    }

    [Fact]
    public async Task Undrain_ends_a_drain_and_leaves_the_rest_running()
    {
        WorldHost world = new(8, "b") { Gate = new TaskCompletionSource().Task };
        Drainer drainer = Make(world, CancellationToken.None);
        DrainRun run = drainer.Start(new DrainHost());

        await drainer.StopAsync();

        run.GivenUp.ShouldNotBeNull();
        world.Running.Count.ShouldBe(8);
        Make(world, CancellationToken.None).ContinueUnfinished();
        world.Journal!.Finished.ShouldBeTrue();
    }

    private static Drainer Make(WorldHost world, CancellationToken stopping) =>
        new(world, world, new HostSelf("a", "instance-a", 0, "boot") { Address = "a", Draining = world.Draining }, stopping, NullLogger<Drainer>.Instance);

    private static async Task<DrainReport> DrainAsync(WorldHost world, DrainHost? request = null)
    {
        DrainRun run = Make(world, CancellationToken.None).Start(request ?? new DrainHost());
        await UntilAsync(run, r => r.Report is not null || r.GivenUp is not null);
        return run.Report.ShouldNotBeNull(run.GivenUp);
    }

    private static async Task UntilAsync(DrainRun run, Func<DrainRun, bool> state)
    {
        using CancellationTokenSource limit = new(Deadline);
        while (true)
        {
            Task changed = run.Changed;
            if (state(run))
            {
                return;
            }
            await changed.WaitAsync(limit.Token);
        }
    }
}
