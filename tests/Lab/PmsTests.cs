using System.Text.Json;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Programs that know they move (pms.h), started without yado.</summary>
public sealed partial class PmsTests(TwoHosts hosts, PmsPrograms programs) : IClassFixture<TwoHosts>, IClassFixture<PmsPrograms>
{
    private const int Moves = 50;

    [Fact]
    public void Fifty_moves_cut_no_section_that_is_held()
    {
        string report = StartSections("h1", "fifty", callbacks: false);

        for (int ten = 0; ten < Moves / 10; ten++)
        {
            hosts.On("h1", "sh", "-ec", "for i in 1 2 3 4 5; do yado move fifty h2; yado move fifty h1; done").Succeeds();
        }

        Facts last = EndSections(report, "fifty", "h1");
        last.Moves.ShouldBe(Moves);
        last.Cut.ShouldBe(0);
        last.Sections.ShouldBeGreaterThan(Moves);
        last.Host.ShouldBe("h1");
    }

    [Fact]
    public void Callbacks_run_on_the_old_host_before_and_on_the_new_one_after()
    {
        string report = StartSections("h1", "told", callbacks: true);

        hosts.YadoOn("h1", "move", "told", "h2").Succeeds();

        Until.Holds(() => Read(report).After == "1 h2", () => File.ReadAllText(report));
        Read(report).Before.ShouldBe("1 h1");
        Facts last = EndSections(report, "told", "h2");
        (last.Cut, last.Moves, last.Host).ShouldBe((0, 1, "h2"));
    }

    [Fact]
    public void A_numeric_program_started_without_yado_writes_the_same_file_wherever_it_has_been()
    {
        string[] arguments = ["5000", "20000"];
        hosts.On("h1", [programs["orbit"], hosts.File_("orbit.unmoved"), .. arguments]).Succeeds();
        string moved = hosts.File_("orbit.moved");
        StartOutside("h1", "orbit", programs["orbit"], [moved, .. arguments]);
        Until.Holds(() => File.Exists(moved) && new FileInfo(moved).Length > 0, () => "orbit writes nothing");

        hosts.YadoOn("h1", "move", "orbit", "h2").Succeeds();

        hosts.YadoOn("h2", "wait", "orbit").Succeeds();
        File.ReadAllBytes(moved).AsSpan().SequenceEqual(File.ReadAllBytes(hosts.File_("orbit.unmoved"))).ShouldBeTrue();
    }

    private string StartSections(string host, string name, bool callbacks)
    {
        string report = hosts.File_(name);
        StartOutside(host, name, programs["sections"], [report, report + ".stop", .. callbacks ? ["callbacks"] : Array.Empty<string>()]);
        Until.Holds(() => File.Exists(report), () => $"{name} does not begin");
        return report;
    }

    /// <summary>Starts a program as anyone would, without yado, and waits until it is a job by its own doing.</summary>
    private void StartOutside(string host, string name, string program, params IReadOnlyList<string> arguments)
    {
        // What the tests' own starter left open is none of the program's business.
        const string start = "for fd in /proc/self/fd/*; do fd=${fd##*/}; [ $fd -le 2 ] || eval \"exec $fd>&-\"; done; setsid \"$@\" </dev/null >/dev/null 2>&1 &";
        hosts.On(host, ["env", $"PMS_NAME={name}", "bash", "-c", start, "bash", program, .. arguments]).Succeeds();
        Until.Holds(() => hosts.YadoOn(host, "ps").Output.Contains($"{name} ", StringComparison.Ordinal), () => $"{name} is no job");
    }

    private Facts EndSections(string report, string name, string host)
    {
        File.WriteAllText(report + ".stop", "");
        hosts.YadoOn(host, "wait", name);
        JsonElement job = hosts.Job(host, name);
        job.GetProperty("state").GetString().ShouldBe("ended");
        job.GetProperty("exitStatus").GetInt32().ShouldBe(42);
        return Read(report);
    }

    private static Facts Read(string report)
    {
        string text = File.ReadAllText(report);
        GroupCollection found = Report().Match(text).Groups;
        found.Count.ShouldBe(7, text);
        return new(int.Parse(found[1].Value), int.Parse(found[2].Value), int.Parse(found[3].Value), found[4].Value, found[5].Value, found[6].Value);
    }

    [GeneratedRegex(@"^sections (\d+) cut (\d+) moves (\d+) host (\S+) before (\d+ \S*) after (\d+ \S*)")]
    private static partial Regex Report();

    private sealed record Facts(int Sections, int Cut, int Moves, string Host, string Before, string After);
}
