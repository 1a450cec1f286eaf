using Shouldly;
using Xunit;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Web.Watching;

namespace Yadokari.Web.Tests;

/// <summary>What is new from one look to the next.</summary>
public sealed class ClusterStateTests
{
    private static readonly HostList Hosts = new(StandInDaemon.Host("h1"), []);

    private readonly ClusterState _state = new();
    private readonly JobInfo _job = StandInDaemon.Job(1, "job", "sleep", "9");

    [Fact]
    public void What_has_not_changed_is_not_told_again()
    {
        Look(_job).Jobs.Count.ShouldBe(1);
        Look(_job with { CpuSeconds = 7, MemoryBytes = _job.MemoryBytes + 1 }).Jobs.ShouldBeEmpty();
        Look(_job with { CpuUse = 1 }).Jobs.Count.ShouldBe(1);
    }

    [Fact]
    public void A_job_that_is_not_listed_any_more_is_gone()
    {
        Look(_job);

        Look().Gone.ShouldBe([_job.Id]);
        _state.Whole(0).Jobs.ShouldBeEmpty();
    }

    [Fact]
    public void Of_what_is_told_as_changes_nothing_is_gone()
    {
        Look(_job);

        _state.Take(new JobList([], []) { Hosts = Hosts, After = "1" }, null, 0).Gone.ShouldBeEmpty();
        _state.Whole(0).Jobs.Single().Id.ShouldBe(_job.Id);
    }

    [Fact]
    public void A_move_is_seen_once_and_its_figures_are_taken_when_they_come()
    {
        Look(_job);
        PageMove seen = Look(_job with { Host = "h2", Epoch = 2 }).Moves.ShouldHaveSingleItem();
        (seen.From, seen.To, seen.Downtime).ShouldBe(("h1", "h2", null));

        _state.Note(seen with { Downtime = 12, ByPage = true }).ShouldNotBeNull();
        _state.Note(seen with { Downtime = 13 }).ShouldBeNull();
        Look(_job with { Host = "h2", Epoch = 2 }).Moves.ShouldBeEmpty();
        _state.Whole(0).Moves.ShouldHaveSingleItem().Downtime.ShouldBe(12);
    }

    [Fact]
    public void A_move_whose_figures_came_first_is_not_seen_again()
    {
        Look(_job);
        _state.Note(new PageMove(_job.Id, "job", "h1", "h2", 2, 5, 12, 100, 1, 1, true)).ShouldNotBeNull();

        Look(_job with { Host = "h2", Epoch = 2 }).Moves.ShouldBeEmpty();
    }

    [Fact]
    public void A_host_that_does_not_answer_is_listed_with_the_reason()
    {
        PageHost host = _state.Take(
                new([], []) { Hosts = new(StandInDaemon.Host("h1"), [new PeerInfo { Address = "10.0.0.2:1991", Name = "h2", Error = "no route" }]) }, null, 0)
            .Hosts!.Single(h => h.Name == "h2");

        (host.Answers, host.Trouble).ShouldBe((false, "no route"));
    }

    private PageChange Look(params JobInfo[] jobs) => _state.Take(new JobList(jobs, []) { Hosts = Hosts }, null, 0);
}
