using Shouldly;
using Xunit;
using Yadokari.Faults;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.LabTests;

/// <summary>A host with twenty jobs is emptied, also while a daemon is killed in the middle of it.</summary>
public sealed class DrainTests : IDisposable
{
    private const int JobCount = 20;

    private readonly FaultLab _lab = new(Yado.Program);
    private readonly Dictionary<string, JobTrail> _trails = [];

    [Fact]
    public async Task Twenty_jobs_leave_a_drained_host_whichever_daemon_dies_meanwhile()
    {
        await StartJobsAsync();

        // Its own daemon dies in the middle: it goes on with the drain when it is started again.
        _lab.Arm(1, "source.prepared after", "kill", 0);
        using (YadoClient first = _lab.Client(1))
        {
            await Should.ThrowAsync<YadoException>(() => first.DrainAsync(new DrainHost()));
            await _lab.EnsureDaemonAsync(1);
            DrainReport report = await first.DrainAsync(new DrainHost());
            report.Jobs.Select(j => j.Id).ShouldBeUnique();
            report.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Moved);
            await CheckAsync(notOn: 1);
            await first.UndrainAsync();
        }

        // The daemon of a target dies in the middle.
        _lab.Arm(3, "target.prepared after", "kill", 0);
        using YadoClient second = _lab.Client(2);
        Task<DrainReport> draining = second.DrainAsync(new DrainHost());
        Until.Holds(() => _lab.HasStruck(3) || draining.IsCompleted, () => "the fault does not strike");
        await _lab.EnsureDaemonAsync(3);
        DrainReport others = await draining;
        others.Jobs.ShouldNotBeEmpty();
        others.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Moved);
        await CheckAsync(notOn: 2);
    }

    [Fact]
    public async Task What_can_not_leave_because_the_targets_died_is_saved_and_goes_on_where_it_was()
    {
        await StartJobsAsync();
        // Both daemons that could take jobs die in the middle of taking one, and nobody starts them.
        _lab.Arm(2, "target.prepared after", "kill", 0);
        _lab.Arm(3, "target.prepared after", "kill", 0);
        using YadoClient first = _lab.Client(1);

        DrainReport report = await first.DrainAsync(new DrainHost());

        report.Jobs.Select(j => j.Name).Order().ShouldBe(_trails.Keys.Order());
        report.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Saved || j.Outcome == DrainOutcome.Moved);
        DrainedJob[] saved = [.. report.Jobs.Where(j => j.Outcome == DrainOutcome.Saved)];
        saved.ShouldNotBeEmpty();
        saved.ShouldAllBe(j => File.Exists(_lab.Seen(1, j.File!)) && !j.Detail!.Contains('\n'));
        (await first.ListJobsAsync()).Jobs.ShouldAllBe(j => j.IsOver);
        UndrainReport back = await first.UndrainAsync();
        back.Waiting.ShouldBeEmpty();
        back.Resumed.Select(j => j.Name).Order().ShouldBe(saved.Select(j => j.Name).Order());

        // The daemons come back: nothing that they hold runs beside what was saved.
        await _lab.EnsureDaemonAsync(2);
        await _lab.EnsureDaemonAsync(3);
        await CheckAsync(notOn: 0);
    }

    [Fact]
    public async Task Where_no_host_has_room_jobs_are_kept_or_saved_and_it_is_said_why()
    {
        await StartJobsAsync();
        using YadoClient first = _lab.Client(1);
        using YadoClient second = _lab.Client(2);
        await second.DrainAsync(new DrainHost());
        _lab.FillDisk(free: 1 << 20);

        DrainReport kept = await first.DrainAsync(new DrainHost { Keep = true });
        kept.Jobs.Count.ShouldBe(JobCount);
        kept.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Kept && j.Detail == "no other host with room takes jobs");
        await CheckAsync(notOn: 2);
        await first.UndrainAsync();

        DrainReport saved = await first.DrainAsync(new DrainHost());
        saved.Jobs.Count.ShouldBe(JobCount);
        saved.Jobs.ShouldAllBe(j => j.Outcome == DrainOutcome.Saved && j.Detail == "no other host with room takes jobs");
        // The last host takes nothing either: one line, and nothing is begun.
        YadoException refusal = await Should.ThrowAsync<YadoException>(() => first.StartJobAsync(new StartJob { Name = "late", Arguments = ["/bin/true"], Environment = [], WorkingDirectory = "/" }));
        (refusal.ExitStatus, refusal.Message.Contains("drain", StringComparison.Ordinal)).ShouldBe((5, true), refusal.Message);
        (await first.UndrainAsync()).Resumed.Count.ShouldBe(JobCount);
        await CheckAsync(notOn: 2);
    }

    public void Dispose() => _lab.Dispose();

    private async Task StartJobsAsync()
    {
        using YadoClient first = _lab.Client(1);
        for (int number = 1; number <= JobCount; number++)
        {
            string trail = Path.Combine(_lab.Directory, $"d{number}.trail");
            await first.StartJobAsync(new StartJob
            {
                Name = $"d{number}",
                Arguments = ["perl", Path.Combine(AppContext.BaseDirectory, "trail.pl"), trail],
                Environment = ["PATH=/usr/bin:/bin"],
                WorkingDirectory = "/",
            });
            _trails[$"d{number}"] = new JobTrail(trail);
        }
        Until.Holds(() => _trails.Values.All(t => t.Read() || t.Last > 0), () => "the jobs do not begin");
    }

    /// <summary>Each job runs in exactly one place, gets on, and has left out no step and made none twice.</summary>
    private async Task CheckAsync(int notOn)
    {
        List<JobInfo> running = [];
        for (int host = 1; host <= FaultLab.Hosts; host++)
        {
            using YadoClient client = _lab.Client(host);
            running.AddRange((await client.ListJobsAsync()).Jobs.Where(j => !j.IsOver));
        }
        running.Select(j => j.Name).Order().ShouldBe(_trails.Keys.Order());
        running.ShouldAllBe(j => j.State == JobState.Running && j.Host != $"h{notOn}");
        foreach ((string job, JobTrail trail) in _trails)
        {
            trail.Read();
            long before = trail.Last;
            Until.Holds(() => trail.Read() && trail.Last > before, () => $"{job} stands still");
            (trail.Twice, trail.Missing).ShouldBe((0, 0), job);
        }
    }
}
