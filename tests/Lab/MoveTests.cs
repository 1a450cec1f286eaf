using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Jobs that move while they run, and the commands that follow them.</summary>
public sealed class MoveTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    /// <summary>Counts to a file and to its output until it is told to end; says so when it gets a signal.</summary>
    private const string Counter =
        """
        $| = 1; my $n = 0;
        $SIG{USR1} = sub { print "usr1\n" };
        $SIG{TERM} = sub { print "bye\n"; exit 7 };
        print "begin\n";
        while (1) { $n++; if ($n % 100 == 0) { open my $f, ">", $ARGV[0]; print $f $n; close $f; } select undef, undef, undef, 0.001; }
        """;

    [Fact]
    public void A_compressor_ends_on_the_other_host_with_the_same_bytes()
    {
        string data = hosts.File_("data");
        hosts.On("h1", "sh", "-c", $"for d in /usr/bin/* /usr/lib/x86_64-linux-gnu/*.so*; do cat $d; done 2>/dev/null | head -c 60000000 >{data}").Succeeds();
        hosts.On("h1", "sh", "-c", $"gzip -n -c {data} >{data}.unmoved").Succeeds();
        hosts.Start("h1", "gzip", "sh", "-c", $"exec gzip -n -c {data} >{data}.moved");
        WaitForContent(data + ".moved");

        string said = hosts.YadoOn("h1", "move", "gzip", "h2").Succeeds().Output;

        said.ShouldContain("gzip runs on h2");
        said.ShouldContain("downtime");
        hosts.YadoOn("h2", "wait", "gzip").Succeeds();
        File.ReadAllBytes(data + ".moved").AsSpan().SequenceEqual(File.ReadAllBytes(data + ".unmoved")).ShouldBeTrue();
    }

    [Fact]
    public void A_calculator_goes_there_and_back()
    {
        // It never ends by itself, so that it is at work however long the moves take.
        string work = WriteCalculation("work.bc", 1_000_000_000);
        hosts.Start("h1", "bc", "sh", "-c", $"BC_LINE_LENGTH=0 exec bc -l -q {work}");
        AwaitLines(1);
        hosts.YadoOn("h1", "move", "bc", "h2").Succeeds();
        AwaitLines(Lines().Length + 1);
        hosts.YadoOn("h1", "move", "bc", "h1").Succeeds();
        AwaitLines(Lines().Length + 1);

        hosts.Job("h2", "bc").GetProperty("host").GetString().ShouldBe("h1");
        hosts.YadoOn("h2", "signal", "bc", "KILL").Succeeds();
        hosts.YadoOn("h1", "wait", "bc").Status.ShouldBe(137);
        string[] printed = Lines();
        string unmoved = WriteCalculation("unmoved.bc", printed.Length);
        string expected = hosts.On("h1", "sh", "-c", $"BC_LINE_LENGTH=0 bc -l -q {unmoved} </dev/null").Succeeds().Output;
        printed.ShouldBe(expected.Split('\n')[..printed.Length]);

        string WriteCalculation(string name, int turns)
        {
            string path = hosts.File_(name);
            File.WriteAllText(path, $"scale = 400\nfor (i = 1; i <= {turns}; i++) {{ e(i / 7); }}\n");
            return path;
        }

        // Whole ones: the last may be cut short.
        string[] Lines() => hosts.YadoOn("h1", "logs", "bc").Succeeds().Output.Split('\n')[..^1];

        void AwaitLines(int count) => Until.Holds(() => Lines().Length >= count, () => $"bc does not print {count} lines");
    }

    [Fact]
    public void Commands_follow_a_job_to_where_it_is()
    {
        string beat = StartCounter("h1", "counter");

        using JsonDocument report = JsonDocument.Parse(hosts.YadoOn("h1", "move", "counter", "h2", "--json").Succeeds().Output);

        report.RootElement.GetProperty("downtimeMilliseconds").GetDouble().ShouldBeGreaterThan(0);
        WaitForChange(beat);
        foreach (string host in (string[])["h1", "h2"])
        {
            JsonElement job = hosts.Job(host, "counter");
            job.GetProperty("host").GetString().ShouldBe("h2");
            job.GetProperty("state").GetString().ShouldBe("running");
        }

        hosts.YadoOn("h1", "signal", "counter", "USR1").Succeeds();
        Until.Holds(() => hosts.YadoOn("h1", "logs", "counter").Output.Contains("usr1", StringComparison.Ordinal), () => "the signal did not arrive");
        hosts.YadoOn("h1", "signal", "counter", "15").Succeeds();
        hosts.YadoOn("h1", "wait", "counter").Status.ShouldBe(7);
        hosts.YadoOn("h1", "logs", "counter").Succeeds().Output.ShouldBe("begin\nusr1\nbye\n");
    }

    [Fact]
    public void A_killed_job_has_ended_by_signal_9()
    {
        StartCounter("h1", "victim");
        hosts.YadoOn("h1", "move", "victim", "h2").Succeeds();

        hosts.YadoOn("h1", "kill", "victim").Succeeds();

        hosts.YadoOn("h1", "wait", "victim").Status.ShouldBe(137);
        hosts.YadoOn("h2", "ps", "--all").Output.ShouldContain("killed by SIGKILL");
    }

    [Fact]
    public void A_job_is_started_on_another_host()
    {
        Ending ending = hosts.YadoOn("h1", "run", "--host", "h2", "--", "sh", "-c", "hostname; echo oops >&2; exit 3");

        ending.Status.ShouldBe(3);
        ending.Output.ShouldBe("h2\n");
        ending.Errors.ShouldBe("oops\n");
    }

    [Fact]
    public void In_the_foreground_streams_and_exit_status_are_the_programs()
    {
        Ending ending = hosts.YadoOn("h1", "run", "--", "sh", "-c", "echo out; echo err >&2; exit 42");

        ending.Status.ShouldBe(42);
        ending.Output.ShouldBe("out\n");
        ending.Errors.ShouldBe("err\n");
    }

    [Fact]
    public void A_job_outlives_its_daemon_and_is_known_again()
    {
        string beat = StartCounter("h1", "survivor");

        hosts.On("h1", "sh", "-c", "kill -9 $(cat \"$YADO_HOME/daemon.lock\")").Succeeds();
        WaitForChange(beat);
        StartDaemon("h1", "10.199.0.1:1991", "10.199.0.2:1991");

        hosts.Job("h1", "survivor").GetProperty("state").GetString().ShouldBe("running");
        hosts.YadoOn("h1", "move", "survivor", "h2").Succeeds();
        WaitForChange(beat);
        hosts.YadoOn("h1", "signal", "survivor", "TERM").Succeeds();
        hosts.YadoOn("h1", "wait", "survivor").Status.ShouldBe(7);
    }

    [Fact]
    public void A_job_is_saved_and_resumed_on_another_host()
    {
        string beat = StartCounter("h1", "saved");
        string file = hosts.File_("saved.ctx");

        hosts.YadoOn("h1", "checkpoint", "saved", "-o", file).Succeeds();

        string stopped = File.ReadAllText(beat);
        hosts.Job("h1", "saved").GetProperty("state").GetString().ShouldNotBe("running");
        // The job's log has become the stream of whoever resumes it, for as long as it runs.
        hosts.On("h2", "sh", "-c", $"yado resume {file} --detach --pid-file {hosts.File_("saved.pid")} >{hosts.File_("saved.out")} 2>&1 </dev/null").Succeeds();
        WaitForChange(beat);
        int.Parse(File.ReadAllText(beat)).ShouldBeGreaterThanOrEqualTo(int.Parse(stopped));
        hosts.On("h2", "sh", "-c", $"kill -9 $(cat {hosts.File_("saved.pid")})").Succeeds();
    }

    private string StartCounter(string host, string name)
    {
        string script = hosts.File_("counter.pl");
        string beat = hosts.File_(name + ".beat");
        File.WriteAllText(script, Counter);
        hosts.Start(host, name, "perl", script, beat);
        WaitForContent(beat);
        return beat;
    }

    private void StartDaemon(string host, string listen, string peer)
    {
        hosts.On(host, "sh", "-c", $"setsid yado host --listen {listen} --peer {peer} </dev/null >>\"$YADO_HOME/daemon.log\" 2>&1 &").Succeeds();
        Until.Holds(() => hosts.YadoOn("h2", "hosts").Output.Contains($"{host} ", StringComparison.Ordinal), () => $"the daemon of {host} does not come back");
    }

    private static void WaitForContent(string file) =>
        Until.Holds(() => File.Exists(file) && new FileInfo(file).Length > 0, () => $"nothing is written to {file}");

    /// <summary>The program writes: it runs.</summary>
    private static void WaitForChange(string file)
    {
        WaitForContent(file);
        string before = File.ReadAllText(file);
        Until.Holds(() => File.ReadAllText(file) is { Length: > 0 } now && now != before, () => $"{file} stays {before}: its program stands still");
    }
}
