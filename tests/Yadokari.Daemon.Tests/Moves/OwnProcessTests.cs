using Shouldly;
using Xunit;
using Yadokari.Daemon.Tests.Simulation;

namespace Yadokari.Daemon.Tests.Moves;

/// <summary>A number that means another process by now: nothing of that process is stopped, read or sent.</summary>
public sealed class OwnProcessTests : IDisposable
{
    private readonly Scenario _scenario = new();

    [Fact]
    public async Task A_process_that_got_the_number_of_a_job_is_not_moved()
    {
        _scenario.Start();
        SimProcess stranger = _scenario.A.GiveAway(_scenario.A.Processes[0]);

        (await _scenario.MoveAsync()).ShouldBeFalse(_scenario.World.Tell());

        _scenario.World.Tell().ShouldContain("does not run here any more");
        stranger.State.ShouldBe(SimProcessState.Running);
        _scenario.World.Tell().ShouldNotContain("freeze");
        _scenario.B.Processes.ShouldBeEmpty();
    }

    /// <summary>Between the look and the freeze.</summary>
    [Fact]
    public async Task A_process_that_gets_the_number_while_a_job_is_copied_runs_on_and_is_not_moved()
    {
        _scenario.Start();
        SimProcess? stranger = null;
        _scenario.World.BeforeFreeze = process => stranger = _scenario.A.GiveAway(process);

        (await _scenario.MoveAsync()).ShouldBeFalse(_scenario.World.Tell());

        _scenario.World.Tell().ShouldContain("does not run here any more");
        stranger.ShouldNotBeNull().State.ShouldBe(SimProcessState.Running);
        _scenario.B.Processes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_that_ends_in_the_moment_before_it_is_opened_is_said_to_have_ended_without_a_number_of_its_host()
    {
        _scenario.Start();
        _scenario.World.BeforeOpen = process => _scenario.A.End(process, waitStatus: 0);

        (await _scenario.MoveAsync()).ShouldBeFalse(_scenario.World.Tell());

        _scenario.World.Tell().ShouldContain("does not run here any more: its process has ended");
        _scenario.World.Tell().ShouldNotContain("no process");
        _scenario.B.Processes.ShouldBeEmpty();
    }

    public void Dispose() => _scenario.Dispose();
}
