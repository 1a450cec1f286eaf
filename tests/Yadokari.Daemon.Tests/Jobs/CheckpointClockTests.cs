using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Tests.Jobs;

/// <summary>When a job is saved while it runs.</summary>
public sealed class CheckpointClockTests : IDisposable
{
    private static readonly DateTimeOffset Seen = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly CheckpointPlan EveryMinute = new(60, 3, Restart: false);

    private readonly string _directory = Directory.CreateTempSubdirectory("yado-clock-").FullName;
    private readonly HostDatabase _database;
    private readonly JobTable _jobs;
    private readonly SettableTime _time = new(Seen);
    private readonly CheckpointClock _clock;

    public CheckpointClockTests()
    {
        _database = HostDatabase.Open(Path.Combine(_directory, "db"));
        _jobs = new JobTable(_database);
        _clock = new CheckpointClock(
            _jobs, (_, _) => throw new InvalidOperationException("only asked what is due"), _time, NullLogger<CheckpointClock>.Instance);
    }

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_job_without_a_plan_is_never_saved()
    {
        Put(Job(null));
        IsDueAfter(0).ShouldBeFalse();
        IsDueAfter(1_000_000).ShouldBeFalse();
    }

    [Fact]
    public void One_is_due_after_each_time_of_the_plan()
    {
        Put(Job(EveryMinute));
        IsDueAfter(0).ShouldBeFalse();
        IsDueAfter(59).ShouldBeFalse();
        IsDueAfter(1).ShouldBeTrue();
        IsDueAfter(59).ShouldBeFalse();
        IsDueAfter(1).ShouldBeTrue();
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public void A_wall_clock_that_is_set_changes_nothing(int seconds)
    {
        Put(Job(EveryMinute));
        IsDueAfter(0).ShouldBeFalse();
        IsDueAfter(30).ShouldBeFalse();
        _time.SetWallClock(TimeSpan.FromSeconds(seconds));
        IsDueAfter(29).ShouldBeFalse();
        IsDueAfter(1).ShouldBeTrue();
        _time.SetWallClock(TimeSpan.FromSeconds(seconds));
        IsDueAfter(59).ShouldBeFalse();
        IsDueAfter(1).ShouldBeTrue();
    }

    [Fact]
    public void A_job_that_is_to_survive_its_host_is_saved_at_once_and_tried_again_a_whole_time_later()
    {
        Put(Job(EveryMinute with { Restart = true }));
        IsDueAfter(0).ShouldBeTrue();
        IsDueAfter(59).ShouldBeFalse();
        IsDueAfter(1).ShouldBeTrue();
    }

    [Fact]
    public void After_a_restart_of_the_daemon_the_last_checkpoint_counts()
    {
        Put(Job(EveryMinute) with { Checkpoints = [new JobCheckpoint("/c", Seen.AddSeconds(-50), 0, 0, false, 1)] });
        IsDueAfter(0).ShouldBeFalse();
        IsDueAfter(9).ShouldBeFalse();
        IsDueAfter(1).ShouldBeTrue();
    }

    /// <summary>The clock was set back while the daemon was down: the checkpoint is dated in the future.</summary>
    [Fact]
    public void After_a_restart_under_an_earlier_clock_the_next_one_comes_a_time_later()
    {
        Put(Job(EveryMinute) with { Checkpoints = [new JobCheckpoint("/c", Seen.AddHours(5), 0, 0, false, 1)] });
        IsDueAfter(0).ShouldBeFalse();
        IsDueAfter(60).ShouldBeTrue();
    }

    [Fact]
    public void A_job_that_is_on_its_way_to_another_host_is_left_alone()
    {
        Put(Job(EveryMinute) with { State = JobState.Moving });
        IsDueAfter(0).ShouldBeFalse();
        IsDueAfter(3600).ShouldBeFalse();
    }

    /// <summary>Back in another epoch, its time begins anew.</summary>
    [Fact]
    public void A_job_that_came_back_is_another_one()
    {
        Put(Job(EveryMinute));
        IsDueAfter(0).ShouldBeFalse();
        IsDueAfter(59).ShouldBeFalse();
        Put(Job(EveryMinute) with { Epoch = 3 });
        IsDueAfter(1).ShouldBeFalse();
        IsDueAfter(60).ShouldBeTrue();
    }

    private void Put(JobRecord job) => _jobs.Put(job, null, durable: false, isChild: false);

    private bool IsDueAfter(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        return _clock.TakeDue().Count > 0;
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
