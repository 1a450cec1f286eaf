using System.Text.Json;
using Shouldly;
using Xunit;
using Yadokari.Conformance;

namespace Yadokari.LabTests;

/// <summary>Programs that made jobs of themselves are moved by whatever moves jobs: by hand, a signal to the daemon, a policy;
/// and outlive their daemon.</summary>
public sealed class PmsFleetTests(TwoHosts hosts, PmsPrograms programs) : IClassFixture<TwoHosts>, IClassFixture<PmsPrograms>
{
    /// <summary>Fifty when <c>YADO_SOAK</c> is set.</summary>
    private static readonly int Moves = Soak.Times(20, 50);

    [Fact]
    public void Many_moves_cut_no_section_of_the_dotnet_sample()
    {
        string output = hosts.File_("net50");
        PmsPrograms.StartOutside(hosts, "h1", "net50", PmsPrograms.Dotnet, output, "26000");

        for (int five = 0; five < Moves / 10; five++)
        {
            hosts.On("h1", "sh", "-ec", "for i in 1 2 3 4 5; do yado move net50 h2; yado move net50 h1; done").Succeeds();
        }

        Until.Holds(() => File.ReadLines(output).Count(l => l.StartsWith("on ", StringComparison.Ordinal)) == Moves, () => "it has not heard of its last move");
        hosts.YadoOn("h1", "kill", "net50").Succeeds();
        string[] lines = File.ReadAllText(output).Split('\n')[..^1];
        lines.ShouldNotContain(l => l.Contains("CUT", StringComparison.Ordinal));
        int[] blocks = [.. lines.Where(l => char.IsAsciiDigit(l[0])).Select(l => int.Parse(l.Split(' ')[0]))];
        blocks.ShouldBe(Enumerable.Range(0, blocks.Length));
        lines.Where(l => l.StartsWith("leaving", StringComparison.Ordinal)).ShouldBe(Enumerable.Range(0, Moves).Select(n => $"leaving {(n % 2 == 0 ? "h1" : "h2")}"));
        lines.Where(l => l.StartsWith("on ", StringComparison.Ordinal)).ShouldBe(Enumerable.Range(0, Moves).Select(n => $"on {(n % 2 == 0 ? "h2" : "h1")}"));
    }

    [Fact]
    public void A_signal_to_the_daemon_empties_the_host_and_the_output_is_that_of_an_unmoved_run()
    {
        string[] arguments = ["8000", "20000"], names = ["orbit1", "orbit2"];
        foreach (string name in names)
        {
            PmsPrograms.StartOutside(hosts, "h1", name, programs["orbit"], [hosts.File_(name), .. arguments]);
        }

        hosts.On("h1", "sh", "-ec", "kill -USR2 $(head -1 $YADO_HOME/daemon.lock)").Succeeds();

        Until.Holds(() => Places(names) is { Length: 2 } there && there.All(p => p is ("h2", "running")), () => string.Join(' ', Places(names)));
        hosts.YadoOn("h2", "undrain", "h1").Succeeds();
        hosts.On("h1", [programs["orbit"], hosts.File_("orbit.unmoved"), .. arguments]).Succeeds();
        foreach (string name in names)
        {
            hosts.YadoOn("h2", "wait", name).Succeeds();
            File.ReadAllBytes(hosts.File_(name)).AsSpan().SequenceEqual(File.ReadAllBytes(hosts.File_("orbit.unmoved"))).ShouldBeTrue(name);
        }
    }

    [Fact]
    public void A_policy_spreads_programs_that_registered_themselves_and_cuts_no_section()
    {
        string[] names = ["spread1", "spread2", "spread3", "spread4"];
        foreach (string name in names)
        {
            PmsPrograms.StartOutside(hosts, "h1", name, programs["sections"], hosts.File_(name), hosts.File_("spread.stop"));
        }

        hosts.YadoOn("h1", "policy", "shortest", "every=0.3", "residence=1").Succeeds();

        Until.Holds(() => Places(names).Select(p => p.Host).Distinct().Count() == 2, () => string.Join(' ', Places(names)));
        hosts.YadoOn("h1", "policy", "none").Succeeds();
        (string Host, string State)[] places = Places(names);
        File.WriteAllText(hosts.File_("spread.stop"), "");
        foreach (string name in names)
        {
            hosts.YadoOn("h1", "wait", name);
            File.ReadAllText(hosts.File_(name)).ShouldMatch(@"^sections \d+ cut 0 moves ");
        }
        places.Length.ShouldBe(names.Length);
    }

    [Fact]
    public void A_daemon_killed_in_the_middle_of_a_call_is_told_by_errno_and_the_next_daemon_moves_the_program()
    {
        DirectoryInfo directory = Directory.CreateDirectory(hosts.File_("midcall"));
        string At(string name) => Path.Combine(directory.FullName, name);
        PmsPrograms.StartOutside(hosts, "h1", "midcall", programs["midcall"], directory.FullName);
        Until.Holds(() => File.Exists(At("asked")), () => "the callback does not run");

        hosts.On("h1", "sh", "-ec", "kill -KILL $(head -1 $YADO_HOME/daemon.lock)").Succeeds();

        Until.Holds(() => File.Exists(At("answer")), () => "the call does not return");
        File.ReadAllText(At("answer")).ShouldBe("ECONNABORTED");
        File.Exists(At("saved.ctx")).ShouldBeFalse();
        File.WriteAllText(At("release"), "");
        // Starts the next one.
        hosts.YadoOn("h1", "ps").Succeeds();
        File.WriteAllText(At("again"), "");
        Until.Holds(() => File.Exists(At("registered")), () => "it does not register again");
        File.ReadAllText(At("registered")).ShouldBe("ok");
        hosts.YadoOn("h1", "move", "midcall", "h2").Succeeds();
        Until.Holds(() => File.ReadAllText(At("host")) == "h2 1", () => File.ReadAllText(At("host")));
        File.WriteAllText(At("stop"), "");
        hosts.YadoOn("h2", "wait", "midcall");
        hosts.Job("h2", "midcall").GetProperty("exitStatus").GetInt32().ShouldBe(42);
    }

    /// <summary>Where the jobs are; a job that is in two places is there twice.</summary>
    private (string Host, string State)[] Places(string[] names) =>
    [
        .. from job in JsonDocument.Parse(hosts.YadoOn("h2", "ps", "--json").Succeeds().Output).RootElement.EnumerateArray()
           where names.Contains(job.GetProperty("name").GetString())
           select (job.GetProperty("host").GetString()!, job.GetProperty("state").GetString()!),
    ];
}
