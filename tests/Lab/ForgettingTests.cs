using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary><c>yado rm</c> and <c>prune</c> with jobs that have been on several hosts.</summary>
public sealed class ForgettingTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    [Fact]
    public void A_job_that_has_moved_is_forgotten_everywhere()
    {
        hosts.Start("h1", "traveller", "sleep", "1000");
        hosts.YadoOn("h1", "move", "traveller", "h2").Succeeds();
        hosts.YadoOn("h1", "rm", "traveller").Refuses(1, "runs on h2");
        hosts.YadoOn("h1", "kill", "traveller").Succeeds();

        hosts.YadoOn("h1", "rm", "traveller").Succeeds();

        foreach (string host in (string[])["h1", "h2"])
        {
            hosts.YadoOn(host, "ps", "--all", "--json", "--filter", "name=traveller").Succeeds().Output.Trim().ShouldBe("[]");
        }
        hosts.YadoOn("h2", "rm", "traveller").Refuses(4);
    }

    [Fact]
    public void What_has_ended_on_another_host_is_pruned_and_what_runs_stays()
    {
        hosts.Start("h2", "runs", "sleep", "1000");
        hosts.Start("h2", "ended", "true");
        hosts.YadoOn("h1", "wait", "ended").Succeeds();

        hosts.YadoOn("h1", "prune").Succeeds();

        hosts.YadoOn("h1", "ps", "--all", "--json", "--filter", "name=ended").Succeeds().Output.Trim().ShouldBe("[]");
        hosts.YadoOn("h1", "ps", "--quiet", "--filter", "name=runs").Succeeds().Output.Trim().ShouldNotBeEmpty();
        hosts.YadoOn("h1", "kill", "runs").Succeeds();
    }
}
