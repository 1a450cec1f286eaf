using Shouldly;
using Xunit;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Tests.Jobs;

/// <summary>When a job is saved while it runs.</summary>
public sealed class CheckpointClockTests
{
    private static readonly DateTimeOffset Seen = DateTimeOffset.UnixEpoch;
    private static readonly CheckpointPlan EveryMinute = new(60, 3, Restart: false);

    [Fact]
    public void A_job_without_a_plan_is_never_saved()
    {
        CheckpointClock.IsDue(Job(null), Seen, null, Seen.AddYears(1)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(59, false)]
    [InlineData(60, true)]
    public void The_first_one_is_due_after_the_time_of_the_plan(int seconds, bool due)
    {
        CheckpointClock.IsDue(Job(EveryMinute), Seen, null, Seen.AddSeconds(seconds)).ShouldBe(due);
    }

    [Fact]
    public void A_job_that_is_to_survive_its_host_is_saved_at_once()
    {
        CheckpointClock.IsDue(Job(EveryMinute with { Restart = true }), Seen, null, Seen).ShouldBeTrue();
    }

    [Theory]
    [InlineData(59, false)]
    [InlineData(60, true)]
    public void One_that_could_not_be_made_is_tried_again_a_whole_time_later(int seconds, bool due)
    {
        CheckpointClock.IsDue(Job(EveryMinute with { Restart = true }), Seen, Seen.AddHours(1), Seen.AddHours(1).AddSeconds(seconds)).ShouldBe(due);
    }

    [Fact]
    public void After_a_restart_of_the_daemon_the_last_checkpoint_counts()
    {
        JobRecord job = Job(EveryMinute) with { Checkpoints = [new JobCheckpoint("/c", Seen.AddSeconds(100), 0, 0, false, 1)] };

        CheckpointClock.IsDue(job, Seen.AddSeconds(150), null, Seen.AddSeconds(159)).ShouldBeFalse();
        CheckpointClock.IsDue(job, Seen.AddSeconds(150), null, Seen.AddSeconds(160)).ShouldBeTrue();
    }

    [Fact]
    public void A_job_that_is_on_its_way_to_another_host_is_left_alone()
    {
        CheckpointClock.IsDue(Job(EveryMinute) with { State = JobState.Moving }, Seen, null, Seen.AddHours(1)).ShouldBeFalse();
    }

    private static JobRecord Job(CheckpointPlan? plan) => new()
    {
        Id = "id",
        Name = "name",
        State = JobState.Running,
        Arguments = ["work"],
        Uid = 0,
        Started = Seen,
        Epoch = 1,
        Streams = JobStreams.Log,
        Shell = new ProcessIdentity(1, 1, "boot"),
        Main = new ProcessIdentity(1, 1, "boot"),
        Plan = plan,
    };
}
