using Shouldly;
using Xunit;
using Yadokari.Daemon.Api;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Tests.Api;

/// <summary>What is told to who has seen an earlier state of the jobs.</summary>
public sealed class JobChangesTests
{
    private readonly JobChanges _changes = new();

    [Fact]
    public void Who_has_seen_nothing_is_told_everything()
    {
        JobList all = Tell("", Job("a"), Job("b"));

        all.After.ShouldBeNull();
        all.Jobs.Select(j => j.Id).ShouldBe(["a", "b"]);
        Tell("of-another-daemon-7", Job("a"), Job("b")).After.ShouldBeNull();
        Tell(new JobChanges().Tell(new JobList([Job("a")], []), "").Version!, Job("a"), Job("b")).After.ShouldBeNull();
    }

    [Fact]
    public void Only_what_is_different_since_is_told_to_each()
    {
        string first = Tell("", Job("a"), Job("b")).Version!;
        JobList second = Tell(first, Job("a"), Job("b") with { State = JobState.Ended, ExitStatus = 1 });
        JobList third = Tell(second.Version!, Job("a") with { Note = "told" }, Job("b") with { State = JobState.Ended, ExitStatus = 1 });

        (second.After, second.Jobs.Single().Id, second.Jobs.Single().ExitStatus).ShouldBe((first, "b", 1));
        third.Jobs.Single().Note.ShouldBe("told");
        Tell(first, Job("a") with { Note = "told" }, Job("b") with { State = JobState.Ended, ExitStatus = 1 }).Jobs.Count.ShouldBe(2);
        JobList last = Tell(third.Version!, Job("a") with { Note = "told" }, Job("b") with { State = JobState.Ended, ExitStatus = 1 });
        (last.Version, last.Jobs.Count).ShouldBe((third.Version, 0));
    }

    [Fact]
    public void What_did_not_really_change_is_not_told_again()
    {
        JobInfo job = Job("a") with { CpuSeconds = 1, CpuUse = 0.501, MemoryBytes = 1000, Checkpoints = [new CheckpointInfo("/c", DateTimeOffset.UnixEpoch, 5)] };
        JobList first = Tell("", job);

        (first.Jobs[0].CpuUse, first.Jobs[0].MemoryBytes, first.Jobs[0].CpuSeconds).ShouldBe((0.5, 256 << 10, null));
        Tell(first.Version!, job with { CpuSeconds = 2, CpuUse = 0.502, MemoryBytes = 2000, Checkpoints = [new CheckpointInfo("/c", DateTimeOffset.UnixEpoch, 5)] }).Jobs.ShouldBeEmpty();
        Tell(first.Version!, job with { CpuUse = 0.6 }).Jobs.Count.ShouldBe(1);
    }

    [Fact]
    public void When_a_job_is_listed_no_more_all_are_told()
    {
        string version = Tell("", Job("a"), Job("b")).Version!;

        JobList rest = Tell(version, Job("b"));

        rest.After.ShouldBeNull();
        rest.Jobs.Single().Id.ShouldBe("b");
        Tell(rest.Version!, Job("b")).After.ShouldBe(rest.Version);
    }

    [Fact]
    public void The_jobs_of_a_host_are_put_together_from_what_it_tells()
    {
        SaidJobs said = SaidJobs.Nothing.With(Tell("", Job("a"), Job("b")));
        SaidJobs same = said.With(Tell(said.Version, Job("a"), Job("b")));
        SaidJobs next = same.With(Tell(same.Version, Job("a"), Job("b") with { Note = "new" }, Job("c")));
        SaidJobs fewer = next.With(Tell(next.Version, Job("c")));

        same.Jobs.ShouldBeSameAs(said.Jobs);
        next.Jobs.Select(j => (j.Id, j.Note)).ShouldBe([("a", null), ("b", "new"), ("c", null)]);
        next.Jobs[0].ShouldBeSameAs(said.Jobs[0]);
        fewer.Jobs.Single().Id.ShouldBe("c");
        said.With(new JobList([Job("z")], [])).ShouldSatisfyAllConditions(
            old => old.Jobs.Single().Id.ShouldBe("z"), old => old.Version.ShouldBe("", "a daemon that tells no changes is asked for all"));
    }

    private JobList Tell(string after, params JobInfo[] jobs) => _changes.Tell(new JobList(jobs, []), after);

    private static JobInfo Job(string id) => new()
    {
        Id = id,
        Name = id,
        Host = "A",
        State = JobState.Running,
        Arguments = ["work"],
        Uid = 0,
        Started = DateTimeOffset.UnixEpoch,
        Epoch = 1,
        Streams = JobStreams.Log,
    };
}
