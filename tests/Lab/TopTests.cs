using System.Text.Json;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>What <c>yado top</c> shows: hosts, jobs, and what is on its way.</summary>
public sealed partial class TopTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    [Fact]
    public async Task Hosts_jobs_and_a_move_in_progress_are_shown()
    {
        hosts.Start("h1", "quiet", "sleep", "1000");
        // Sixty megabytes that can't be left out, sent by twenty a second: seconds on the way.
        hosts.Start("h1", "heavy", "perl", "-e", "my $x = 'only' x 15_000_000; sleep 1000");
        Until.Holds(() => Job("heavy").GetProperty("memoryBytes").GetInt64() > 60_000_000, () => "the job does not fill its memory");

        string[] still = Once();
        still[0].ShouldMatch("^2 hosts, 2 jobs, 0 on their way; policy none");
        still.ShouldContain(line => line.StartsWith("h1", StringComparison.Ordinal) && line.Contains("2 jobs", StringComparison.Ordinal));
        still.ShouldContain(line => line.StartsWith("h2", StringComparison.Ordinal) && line.Contains("0 jobs", StringComparison.Ordinal));
        Line(still, "quiet").ShouldMatch(@"^quiet\s+h1\s+running .* sleep 1000$");

        Task<Ending> draining = Task.Run(() => hosts.YadoOn("h1", "drain", "h1", "--rate", "20M"));
        string[] moving = [];
        Until.Holds(
            () => draining.IsCompleted || OnItsWay().IsMatch(Line(moving = Once(), "heavy")),
            () => $"no move is shown:\n{string.Join('\n', moving)}");
        draining.IsCompleted.ShouldBeFalse("the move was over before it was seen");
        moving[0].ShouldMatch("^2 hosts, 2 jobs, [12] on their way");
        Line(moving, "heavy").ShouldContain("moving");

        (await draining).Succeeds();
        string[] after = Once();
        after[0].ShouldMatch("^2 hosts, 2 jobs, 0 on their way");
        Line(after, "heavy").ShouldMatch(@"^heavy\s+h2\s+running");
        hosts.YadoOn("h1", "undrain", "h1").Succeeds();
    }

    [Fact]
    public void It_is_live_on_a_terminal_and_a_key_ends_it()
    {
        // script(1) gives it a terminal, and types what it reads.
        string seen = hosts.File_("seen");
        File.WriteAllText(seen, "");
        Ending ending = hosts.On(
            "h1", "sh", "-c",
            $"(until grep -q '2 hosts' {seen}; do sleep 0.1; done; printf q) | TERM=xterm script -qefc 'stty cols 100 rows 30; yado top' /dev/null >{seen}").Succeeds();
        ending.Errors.ShouldBeEmpty();
        File.ReadAllText(seen).ShouldContain("h2");
    }

    [Fact]
    public void Into_a_pipe_it_prints_one_picture_and_says_so()
    {
        Ending ending = hosts.YadoOn("h1", "top").Succeeds();
        ending.Output.ShouldContain("2 hosts");
        ending.Errors.ShouldBe("yado: standard output is no terminal: one picture, as with --once; programs read --json\n");
    }

    [GeneratedRegex(@"to h2: (copying|frozen), \d+ % of \d")]
    private static partial Regex OnItsWay();

    private static string Line(string[] lines, string job) => lines.SingleOrDefault(l => l.StartsWith(job + " ", StringComparison.Ordinal)) ?? "";

    private string[] Once() => hosts.YadoOn("h1", "top", "--once").Succeeds().Output.Split('\n');

    private JsonElement Job(string name)
    {
        string picture = hosts.YadoOn("h1", "top", "--json").Succeeds().Output;
        return JsonDocument.Parse(picture).RootElement.GetProperty("jobs").EnumerateArray().Single(j => j.GetProperty("name").GetString() == name);
    }
}
