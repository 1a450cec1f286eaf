using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Tests.Jobs;

/// <summary>Logs that are to have a size, as real files that a job appends to.</summary>
public sealed class LogTrimTests : IDisposable
{
    private const long Size = 3 << 20;
    private const long Slack = 1 << 20;
    private const int LineBytes = 16;

    private readonly HomeDirectory _home = new(Directory.CreateTempSubdirectory("yado-log-trim-").FullName);
    private readonly HostDatabase _database;
    private readonly JobTable _jobs;
    private readonly LogHandles _handles;
    private readonly JobRecord _job;
    private LogClock _clock;
    private long _lines;

    public LogTrimTests()
    {
        _database = HostDatabase.Open(Path.Combine(_home.Path, "db"));
        _jobs = new JobTable(_database);
        _clock = NewClock();
        _job = new JobRecord
        {
            Id = "job1",
            Name = "work",
            State = JobState.Running,
            Arguments = ["work"],
            Uid = FileStatus.AtPath(_home.Path)!.Value.Uid,
            Started = DateTimeOffset.UnixEpoch,
            Epoch = 1,
            Streams = JobStreams.Log,
            LogSize = Size,
            Shell = new ProcessIdentity(1, 1, "boot"),
            Main = new ProcessIdentity(1, 1, "boot"),
        };
        _jobs.Put(_job, null, durable: false, isChild: false);
        _home.CreateJobDirectory("job1", 1);
        _handles = LogHandles.Open(_home, "job1", 1);
    }

    private string Output => _home.Output("job1", 1);

    public void Dispose()
    {
        _handles.Dispose();
        _database.Dispose();
        Directory.Delete(_home.Path, recursive: true);
    }

    [Theory]
    [InlineData(4 << 20, 0, null)] // As much as it may have: 3 MiB and one of slack.
    [InlineData((4 << 20) + 1, 0, 1L << 20)]
    [InlineData((4 << 20) + 5000, 0, (1L << 20) + 4096)] // Whole blocks: rather a few bytes more than one less.
    [InlineData(100 << 20, 96 << 20, null)]
    [InlineData(101 << 20, 96 << 20, 98L << 20)]
    public void A_log_is_made_shorter_when_it_is_longer_than_its_size_and_some_more(long length, long start, long? next) =>
        LogTrim.NextStart(length, start, Size).ShouldBe(next);

    [Fact]
    public void The_slack_of_a_large_log_is_a_quarter_of_it()
    {
        LogTrim.NextStart(125L << 20, 0, 100L << 20).ShouldBeNull();
        LogTrim.NextStart((125L << 20) + 4096, 0, 100L << 20).ShouldBe((25L << 20) + 4096);
    }

    [Fact]
    public void A_job_that_writes_on_and_on_has_its_last_bytes_and_no_more_on_the_disk()
    {
        for (int second = 0; second < 20; second++)
        {
            Write(1 << 20);
            _clock.MarkAll();

            FileStatus.AtPath(Output)!.Value.AllocatedBytes.ShouldBeLessThanOrEqualTo(Size + Slack + (1 << 20));
        }

        File.ReadAllBytes(Output).Length.ShouldBe(20 << 20);
        long from = LogStart.Of(_home, _job).Output;
        from.ShouldBeInRange((20 << 20) - Size - Slack, (20 << 20) - Size);
        LinesFrom(from).ShouldBe(Enumerable.Range((int)(from / LineBytes), (int)(_lines - from / LineBytes)).Select(n => (long)n));
        LogStart.Of(_home, _job).Errors.ShouldBe(0);
    }

    [Fact]
    public void A_daemon_that_was_started_anew_knows_where_it_begins()
    {
        Write(10 << 20);
        _clock.MarkAll();
        long before = LogStart.Of(_home, _job).Output;

        _clock = NewClock();
        _clock.MarkAll();
        LogStart.Of(_home, _job).Output.ShouldBe(before);
        Write(10 << 20);
        _clock.MarkAll();

        LogStart.Of(_home, _job).Output.ShouldBe((20 << 20) - Size);
        before.ShouldBe((10 << 20) - Size);
    }

    [Fact]
    public void A_log_that_the_job_has_emptied_begins_with_what_came_then()
    {
        Write(10 << 20);
        _clock.MarkAll();

        using (FileStream emptied = new(Output, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            emptied.SetLength(0);
        }

        Write(1 << 20);
        LogStart.Of(_home, _job).Output.ShouldBe(0);
        _clock.MarkAll();
        Write(2 << 20);
        _clock.MarkAll();

        LogStart.Of(_home, _job).Output.ShouldBe(0);
        LinesFrom(0).Count.ShouldBe((3 << 20) / LineBytes);
    }

    [Fact]
    public void What_was_put_in_the_place_of_a_log_is_not_touched()
    {
        string mine = Path.Combine(_home.Path, "mine");
        using (FileStream file = new(mine, FileMode.CreateNew))
        {
            file.Write(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("0123456789abcde\n", (10 << 20) / LineBytes))));
        }

        _clock.MarkAll();
        foreach (Action replace in (Action[])[
            () => File.CreateSymbolicLink(Output, mine),
            () => File.Copy(mine, Output),
        ])
        {
            File.Delete(Output);
            replace();

            _clock.MarkAll();

            FileStatus.AtPath(Output)!.Value.AllocatedBytes.ShouldBeGreaterThanOrEqualTo(10 << 20);
            LogStart.Of(_home, _job).Output.ShouldBe(0);
        }
    }

    private static long[] Numbers(IEnumerable<string> lines) => [.. lines.Select(line => long.Parse(line, CultureInfo.InvariantCulture))];

    private LogClock NewClock() => new(_jobs, _home, TimeProvider.System, NullLogger<LogClock>.Instance);

    private IReadOnlyList<long> LinesFrom(long offset)
    {
        using FileStream file = new(Output, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = offset;
        using StreamReader reader = new(file);
        return Numbers(reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Numbered lines, appended as the job does.</summary>
    private void Write(int bytes)
    {
        StringBuilder text = new();
        for (int at = 0; at < bytes; at += LineBytes)
        {
            text.Append(CultureInfo.InvariantCulture, $"{_lines++,LineBytes - 1}\n");
        }

        SafeFileHandle log = _handles.Output;
        RandomAccess.Write(log, Encoding.ASCII.GetBytes(text.ToString()), RandomAccess.GetLength(log));
    }
}
