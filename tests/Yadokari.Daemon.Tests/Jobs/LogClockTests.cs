using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Tests.Jobs;

/// <summary>When a job wrote what, and forgetting it.</summary>
public sealed class LogClockTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly HomeDirectory _home = new(Directory.CreateTempSubdirectory("yado-log-clock-").FullName);
    private readonly HostDatabase _database;
    private readonly JobTable _jobs;
    private readonly SettableTime _time = new(Start);
    private readonly LogClock _clock;
    private readonly JobRecord _job;

    public LogClockTests()
    {
        _database = HostDatabase.Open(Path.Combine(_home.Path, "db"));
        _jobs = new JobTable(_database);
        _clock = new LogClock(_jobs, _home, _time, NullLogger<LogClock>.Instance);
        _job = new JobRecord
        {
            Id = "job1",
            Name = "work",
            State = JobState.Running,
            Arguments = ["work"],
            Uid = 0,
            Started = Start,
            Epoch = 1,
            Streams = JobStreams.Log,
            Shell = new ProcessIdentity(1, 1, "boot"),
            Main = new ProcessIdentity(1, 1, "boot"),
        };
        _jobs.Put(_job, null, durable: false, isChild: false);
        _home.CreateJobDirectory("job1", 1);
    }

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_home.Path, recursive: true);
    }

    [Fact]
    public void What_was_written_before_a_moment_is_left_out()
    {
        Write(100);
        Write(50);

        LogClock.OffsetsAt(_home, "job1", 1, Start).ShouldBe((0, 0));
        LogClock.OffsetsAt(_home, "job1", 1, Start.AddSeconds(1)).ShouldBe((100, 0));
        LogClock.OffsetsAt(_home, "job1", 1, Start.AddSeconds(1.5)).ShouldBe((100, 0));
        LogClock.OffsetsAt(_home, "job1", 1, Start.AddSeconds(2)).ShouldBe((150, 0));
        LogClock.OffsetsAt(_home, "job1", 7, Start.AddSeconds(2)).ShouldBe((0, 0));
    }

    [Fact]
    public void Of_a_job_that_writes_for_days_older_moments_are_told_less_exactly()
    {
        const int seconds = 60_000;
        for (int second = 1; second <= seconds; second++)
        {
            Write(1);
        }

        new FileInfo(_home.LogTimes("job1", 1)).Length.ShouldBeLessThanOrEqualTo(24 * 43_200);
        LogClock.OffsetsAt(_home, "job1", 1, Start.AddSeconds(seconds - 100)).Output.ShouldBeInRange(seconds - 102, seconds - 100);
        LogClock.OffsetsAt(_home, "job1", 1, Start.AddSeconds(10_000)).Output.ShouldBeInRange(9_900, 10_000);
    }

    [Fact]
    public void A_job_that_has_changed_meanwhile_is_not_forgotten()
    {
        JobEntry entry = _jobs.Find("job1");
        JobRecord seen = entry.Record;
        _jobs.Update(entry, seen with { Epoch = 3 }, null, durable: false);

        _jobs.TryForget(seen, _database.DeleteJob).ShouldBeFalse();
        _database.LoadJobs().ShouldHaveSingleItem();
        _jobs.TryForget(entry.Record, _database.DeleteJob).ShouldBeTrue();
        _database.LoadJobs().ShouldBeEmpty();
        _jobs.TryGet("job1").ShouldBeNull();
    }

    private void Write(int bytes)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        string path = _home.Output("job1", 1);
        File.AppendAllText(path, new string('x', bytes));
        // In the time of the test, as the kernel would in that of the world.
        File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime.AddSeconds(1000));
        _clock.MarkAll();
    }
}
