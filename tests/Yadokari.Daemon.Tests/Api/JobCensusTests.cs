using Shouldly;
using Xunit;
using Yadokari.Daemon.Api;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Tests.Api;

/// <summary>What is listed of jobs whose host does not answer.</summary>
public sealed class JobCensusTests
{
    private static readonly HashSet<string> SilentB = ["B", "10.0.0.2:1991"];
    private static readonly HashSet<string> Nobody = [];

    [Fact]
    public void A_job_that_went_to_a_host_that_does_not_answer_is_unreachable_there()
    {
        JobInfo left = Job("a", 1, JobState.Moved) with { MovedTo = "B", MovedToAddress = "10.0.0.2:1991" };

        JobInfo shown = JobCensus.Complete([left], SilentB, [], []).ShouldHaveSingleItem();

        (shown.State, shown.Host, shown.IsOver).ShouldBe((JobState.Unreachable, "B", false));
        shown.Note!.ShouldContain("B does not answer");
        JobCensus.Complete([left], Nobody, [], []).ShouldHaveSingleItem().State.ShouldBe(JobState.Moved);
    }

    [Fact]
    public void A_job_that_was_seen_there_is_not_forgotten()
    {
        JobInfo running = Job("a", 2, JobState.Running) with { Host = "B", Pid = 7, MemoryBytes = 1 };
        JobInfo ended = Job("b", 1, JobState.Ended) with { Host = "B", ExitStatus = 3 };

        IReadOnlyList<JobInfo> shown = JobCensus.Complete([], SilentB, [running, ended], []);

        JobInfo unreachable = shown.Single(j => j.Id == "a");
        (unreachable.State, unreachable.Host, unreachable.Pid, unreachable.MemoryBytes).ShouldBe((JobState.Unreachable, "B", null, null));
        shown.Single(j => j.Id == "b").ShouldBe(ended);
    }

    [Fact]
    public void What_is_known_of_a_later_time_counts()
    {
        JobInfo seen = Job("a", 2, JobState.Running) with { Host = "B" };
        JobInfo back = Job("a", 3, JobState.Running);
        JobCensus.Complete([back], SilentB, [seen], []).ShouldHaveSingleItem().ShouldBe(back);

        // It left before it was seen there to have ended.
        JobInfo left = Job("a", 1, JobState.Moved) with { MovedTo = "B" };
        JobInfo over = Job("a", 2, JobState.Ended) with { Host = "B", ExitStatus = 0 };
        JobCensus.Complete([left], SilentB, [over], []).ShouldHaveSingleItem().ShouldBe(over);
    }

    [Fact]
    public void What_the_directory_has_on_a_host_that_is_no_member_any_more_is_shown_with_what_others_know_of_it()
    {
        JobInfo entry = Job("a", 1, JobState.Moved) with { MovedTo = "C", Arguments = [] };
        JobInfo left = Job("a", 1, JobState.Moved) with { MovedTo = "C", Arguments = ["work", "hard"] };

        JobInfo alone = JobCensus.Complete([], Nobody, [], [entry]).ShouldHaveSingleItem();
        (alone.State, alone.Host, alone.Epoch).ShouldBe((JobState.Unreachable, "C", 2));

        JobInfo both = JobCensus.Complete([left], Nobody, [], [entry]).ShouldHaveSingleItem();
        (both.State, both.Host).ShouldBe((JobState.Unreachable, "C"));
        both.Arguments.ShouldBe(["work", "hard"]);
    }

    private static JobInfo Job(string id, int epoch, JobState state) => new()
    {
        Id = id,
        Name = "work",
        Host = "A",
        State = state,
        Arguments = ["work"],
        Uid = 0,
        Started = DateTimeOffset.UnixEpoch,
        Epoch = epoch,
        Streams = JobStreams.Log,
    };
}
