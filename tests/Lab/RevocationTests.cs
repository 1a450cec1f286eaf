using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>A host whose key was stolen is shut out of its cluster.</summary>
public sealed class RevocationTests(RevokedHosts hosts) : IClassFixture<RevokedHosts>
{
    [Fact]
    public void A_revoked_host_is_refused_on_all_hosts_also_after_they_were_started_again()
    {
        Until.Holds(() => hosts.YadoOn("h3", "hosts").Succeeds().Output.Split('\n').Count(l => l.StartsWith('h')) == 3, () => "the hosts do not find each other");
        hosts.Start("h3", "stolen", "sleep", "1000");
        hosts.Start("h2", "honest", "sleep", "1000");

        // The authority tells h2; h3 may have been cut off by then, and need not agree.
        hosts.YadoOn("h1", "cluster", "revoke", "h3").Succeeds().Output.ShouldStartWith("h3 is revoked (list 1)");
        Until.Holds(() => Version("h2") == 1, () => "h2 is not told");
        NobodyBelievesH3();

        hosts.Lab("kill", "h2").Succeeds();
        hosts.Lab("boot", "h2").Succeeds();
        Version("h2").ShouldBe(1);
        NobodyBelievesH3();
        hosts.YadoOn("h1", "cluster", "status").Succeeds().Output.ShouldContain("h3, certificate ");
        hosts.YadoOn("h2", "cluster", "revoke", "h1").Refuses(1, "does not make the cluster's certificates");
    }

    private void NobodyBelievesH3()
    {
        hosts.YadoOn("h3", "move", "stolen", "10.199.0.1:1991").Status.ShouldBe(1);
        hosts.YadoOn("h3", "move", "stolen", "10.199.0.2:1991").Status.ShouldBe(1);
        hosts.YadoOn("h3", "run", "--detach", "--host", "h1", "--name", "thiefs", "--", "sleep", "1000").Status.ShouldNotBe(0);
        hosts.YadoOn("h1", "ps", "--json").Succeeds().Output.ShouldNotContain("thiefs");
        // And nothing goes there.
        hosts.Start("h1", "kept", "sleep", "1000");
        hosts.YadoOn("h1", "move", "kept", "10.199.0.3:1991").Refuses(1, "was revoked on");
        hosts.YadoOn("h1", "kill", "kept").Succeeds();
    }

    private long Version(string host) =>
        JsonDocument.Parse(hosts.YadoOn(host, "cluster", "status", "--json").Succeeds().Output).RootElement.GetProperty("revokedVersion").GetInt64();
}
