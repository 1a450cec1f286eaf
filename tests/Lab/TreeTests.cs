using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Jobs of several processes, moved as a whole.</summary>
public sealed class TreeTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    /// <summary>Functions, loops, pipelines, subshells and what they put out, and a pause where a move may come.</summary>
    private const string Script =
        """
        total=0 go=$1 held=$2
        twist() { local word=$(echo "$1" | tr 0-9 a-j); echo "$word $(expr "$1" + 1)"; }
        for i in $(seq 1 150); do
            twist "$i"
            ( echo "sub $i"; seq "$i" | sort -rn | head -n 2 ) | tr a-z A-Z
            total=$((total + i))
            sleep 0.02
            # However quick the host is: not over before the last move.
            if [ $i = 100 ]; then touch "$held"; until [ -e "$go" ]; do sleep 0.02; done; fi
        done
        yes "text to compress" | head -c 30000000 | gzip -c -1 | cksum
        echo "total $total"
        exit 42
        """;

    [Fact]
    public void A_shell_script_moves_with_all_that_it_has_started()
    {
        string script = hosts.File_("tree.sh");
        File.WriteAllText(script, Script);
        string go = hosts.File_("tree.go");
        string held = hosts.File_("tree.held");
        File.WriteAllText(go, "");
        string expected = hosts.On("h1", "bash", "-c", $"bash {script} {go} {held} </dev/null; true").Succeeds().Output;
        File.Delete(go);
        File.Delete(held);
        hosts.Start("h1", "tree", "bash", script, go, held);

        for (int move = 0; move < 6; move++)
        {
            AwaitMoreThan(Printed(), held);
            hosts.YadoOn("h1", "move", "tree", move % 2 == 0 ? "h2" : "h1").Succeeds().Output.ShouldContain("tree runs on");
        }

        File.WriteAllText(go, "");
        hosts.YadoOn("h2", "wait", "tree").Status.ShouldBe(42);
        hosts.YadoOn("h1", "logs", "tree").Succeeds().Output.ShouldBe(expected);
    }

    /// <summary>While a shell runs a function with its output elsewhere, its log is another number.</summary>
    private const string Redirecting =
        """
        go=$1 held=$2
        hold() { echo "nobody reads this"; touch "$held.$1"; until [ -e "$go.$1" ]; do sleep 0.02; done; }
        echo before; echo wrong >&2
        hold 1 >/dev/null
        echo between; echo still wrong >&2
        hold 2 >/dev/null 2>&1
        hold 3 2>&1 >/dev/null
        echo after; echo wrong at last >&2
        """;

    [Fact]
    public void A_shell_that_moves_while_it_redirects_its_output_writes_to_its_log_afterwards()
    {
        string script = hosts.File_("redirect.sh");
        File.WriteAllText(script, Redirecting);
        string go = hosts.File_("redirect.go");
        string held = hosts.File_("redirect.held");
        hosts.Start("h1", "redirect", "bash", script, go, held);

        for (int move = 1; move <= 3; move++)
        {
            Until.Holds(() => File.Exists($"{held}.{move}"), () => "the script does not go on");
            hosts.YadoOn("h1", "move", "redirect", move % 2 == 0 ? "h1" : "h2").Succeeds();
            File.WriteAllText($"{go}.{move}", "");
        }

        hosts.YadoOn("h2", "wait", "redirect").Status.ShouldBe(0);
        Ending logs = hosts.YadoOn("h1", "logs", "redirect").Succeeds();
        logs.Output.ShouldBe("before\nbetween\nafter\n");
        logs.Errors.ShouldBe("wrong\nstill wrong\nwrong at last\n");
    }

    [Fact]
    public void What_a_job_has_started_ends_with_it()
    {
        string script = hosts.File_("ends.sh");
        string beat = hosts.File_("ends.beat");
        File.WriteAllText(script, $"( while :; do date +%N >{beat}; sleep 0.01; done ) & wait\n");
        hosts.Start("h1", "ends", "bash", script);
        WaitForChange(beat);
        hosts.YadoOn("h1", "move", "ends", "h2").Succeeds();
        WaitForChange(beat);

        hosts.YadoOn("h1", "kill", "ends").Succeeds();

        hosts.YadoOn("h1", "wait", "ends").Status.ShouldBe(137);
        Until.Holds(() => hosts.On("h2", "pgrep", "-f", "bash .*ends[.]sh").Status == 1, () => "a process of the job lives on");
    }

    private int Printed() => hosts.YadoOn("h1", "logs", "tree").Succeeds().Output.Length;

    private void AwaitMoreThan(int printed, string held) =>
        Until.Holds(() => Printed() > printed || File.Exists(held), () => "the script does not go on");

    private static void WaitForChange(string file)
    {
        Until.Holds(() => File.Exists(file) && new FileInfo(file).Length > 0, () => $"nothing is written to {file}");
        string before = File.ReadAllText(file);
        Until.Holds(() => File.ReadAllText(file) is { Length: > 0 } now && now != before, () => $"{file} stays {before}");
    }
}
