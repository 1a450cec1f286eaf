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
