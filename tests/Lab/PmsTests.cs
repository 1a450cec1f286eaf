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
        PmsPrograms.StartOutside(hosts, "h1", "orbit", programs["orbit"], [moved, .. arguments]);
        Until.Holds(() => File.Exists(moved) && new FileInfo(moved).Length > 0, () => "orbit writes nothing");
        string context = hosts.File_("orbit.ctx");
        hosts.YadoOn("h1", "checkpoint", "orbit", "-o", context, "--leave-running").Succeeds();
        hosts.YadoOn("h1", "inspect", context).Succeeds().Output.ShouldContain("opened by pms: found by path");

        hosts.YadoOn("h1", "move", "orbit", "h2").Succeeds();

        hosts.YadoOn("h2", "wait", "orbit").Succeeds();
        File.ReadAllBytes(moved).AsSpan().SequenceEqual(File.ReadAllBytes(hosts.File_("orbit.unmoved"))).ShouldBeTrue();
    }

    [Fact]
    public void A_program_that_holds_for_ever_is_refused_and_runs_on()
    {
        PmsPrograms.StartOutside(hosts, "h1", "holder", programs["holder"]);

        hosts.YadoOn("h1", "move", "holder", "h2", "--hold-timeout", "0.3").Refuses(3, "held", "pms_hold");
        hosts.YadoOn("h1", "checkpoint", "holder", "-o", hosts.File_("holder.ctx"), "--hold-timeout", "0.3").Refuses(3, "held");

        File.Exists(hosts.File_("holder.ctx")).ShouldBeFalse();
        hosts.Job("h1", "holder").GetProperty("state").GetString().ShouldBe("running");
        hosts.YadoOn("h1", "kill", "holder").Succeeds();
    }

    [Fact]
    public void A_program_saves_itself_and_knows_which_one_it_is()
    {
        string file = hosts.File_("self.ctx");

        string[] original = Save(file).Succeeds().Output.Split('\n');
        string[] resumed = hosts.On("h2", file).Succeeds().Output.Split('\n');
        string[] again = Save(file).Succeeds().Output.Split('\n');
        string[] nowhere = Save("/nowhere/self.ctx").Succeeds().Output.Split('\n');

        original[0].ShouldBe("continued");
        resumed[0].ShouldBe("resumed");
        again[0].ShouldBe("EEXIST");
        nowhere[0].ShouldBe("ENOENT");
    }

    [Fact]
    public void Without_a_daemon_everything_works_and_misuse_is_answered_by_errno()
    {
        DirectoryInfo directory = Directory.CreateDirectory(hosts.File_("misuse"));

        Ending ending = hosts.On("h1", "env", $"YADO_HOME={directory.FullName}", programs["misuse"], directory.FullName);

        ending.Status.ShouldBe(7);
        ending.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(
        [
            "release EPERM", "hold ok", "checkpoint-held EDEADLK", "release ok", "release EPERM", "register ENOTCONN",
            "checkpoint ENOTCONN", "checkpoint-null EINVAL", "checkpoint-long ENAMETOOLONG", "callback ok", "callback-null EINVAL",
            "open-missing ENOENT", "write ok", "close ok", "close-again EBADF", "read ok", "fclose ok", "host ok", "moves ok",
        ]);
    }

    [Fact]
    public void A_dotnet_program_hears_of_its_move_and_saves_itself()
    {
        (string output, string file) = (hosts.File_("net"), hosts.File_("net.ctx"));
        PmsPrograms.StartOutside(hosts, "h1", "net", PmsPrograms.Dotnet, output, "200", file);

        hosts.YadoOn("h1", "move", "net", "h2").Succeeds();
        hosts.YadoOn("h2", "wait", "net").Succeeds();

        string[] lines = File.ReadAllLines(output);
        string[] counted = [.. lines.Where(l => char.IsAsciiDigit(l[0]))];
        counted.Select(l => int.Parse(l.Split(' ')[0])).ShouldBe(Enumerable.Range(0, 200));
        counted.ShouldNotContain(l => l.Contains("CUT", StringComparison.Ordinal));
        lines.ShouldContain("leaving h1");
        lines.ShouldContain("on h2");
        lines.ShouldContain(l => l.StartsWith("Continued on ", StringComparison.Ordinal));
        hosts.On("h2", file).Succeeds();
        // It wrote over what the original had written from there on; the word is shorter, so a rest of that stays behind it.
        string[] resumed = File.ReadAllLines(output);
        resumed.SkipWhile(l => l != "Resumed on h2").ShouldContain(counted[^1]);
    }

    private Ending Save(string file) => hosts.On("h1", "bash", "-c", PmsPrograms.CloseAll + "exec \"$@\"", "bash", programs["saver"], file);

    private string StartSections(string host, string name, bool callbacks)
    {
        string report = hosts.File_(name);
        PmsPrograms.StartOutside(hosts, host, name, programs["sections"], [report, report + ".stop", .. callbacks ? ["callbacks"] : Array.Empty<string>()]);
        Until.Holds(() => File.Exists(report), () => $"{name} does not begin");
        return report;
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
