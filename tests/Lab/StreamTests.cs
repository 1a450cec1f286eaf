using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>The streams of a foreground job follow it: its caller feeds and reads it wherever it is, every byte once and in order.</summary>
public sealed class StreamTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    [Fact]
    public void A_counter_of_lines_that_is_moved_under_feed_counts_all_of_them()
    {
        using ForegroundJob job = new(hosts, "h1", "wc", "wc", "-l");
        for (int round = 0; round < 6; round++)
        {
            job.Feed(string.Concat(Enumerable.Range(0, 1000).Select(n => $"line {round} {n}\n")));
            job.MoveTo(round % 2 == 0 ? "h2" : "h1");
        }
        job.Feed("last\n");
        job.EndInput();

        Ending ending = job.End();

        ending.Status.ShouldBe(0, ending.Errors);
        ending.Output.Trim().ShouldBe("6001");
        ending.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_byte_passes_once_and_in_order_while_the_job_moves()
    {
        using ForegroundJob job = new(hosts, "h1", "cat", "cat");
        byte[] data = new byte[40_000_000];
        new Random(4711).NextBytes(data);
        Task feeding = job.FeedAsync(data);
        for (int round = 0; round < 4; round++)
        {
            long before = job.Received;
            Until.Holds(() => job.Received > before || feeding.IsCompleted, () => "nothing passes");
            job.MoveTo(round % 2 == 0 ? "h2" : "h1");
        }
        await feeding.WaitAsync(TimeSpan.FromSeconds(90));
        job.EndInput();

        Ending ending = job.End();

        ending.Status.ShouldBe(0, ending.Errors);
        job.OutputBytes.Length.ShouldBe(data.Length);
        SHA256.HashData(job.OutputBytes).ShouldBe(SHA256.HashData(data));
    }

    [Fact]
    public async Task A_daemon_that_is_killed_in_the_middle_loses_and_doubles_nothing()
    {
        using ForegroundJob job = new(hosts, "h1", "durable", "cat");
        job.Feed("begin\n");
        job.MoveTo("h2");
        byte[] data = new byte[30_000_000];
        new Random(815).NextBytes(data);
        Task feeding = job.FeedAsync(data);
        for (int round = 0; round < 4; round++)
        {
            long before = job.Received;
            Until.Holds(() => job.Received > before + 500_000 || feeding.IsCompleted, () => "nothing passes");
            KillDaemon("h2");
            KillDaemon("h1");
        }
        await feeding.WaitAsync(TimeSpan.FromSeconds(90));
        job.MoveTo("h1");
        job.EndInput();

        Ending ending = job.End();

        ending.Status.ShouldBe(0, ending.Errors);
        job.OutputBytes.AsSpan(0, 6).SequenceEqual("begin\n"u8).ShouldBeTrue();
        job.OutputBytes.Length.ShouldBe(data.Length + 6);
        SHA256.HashData(job.OutputBytes.AsSpan(6)).ShouldBe(SHA256.HashData(data));
    }

    [Fact]
    public void A_daemon_that_is_killed_before_the_first_move_is_waited_for()
    {
        using ForegroundJob job = new(hosts, "h1", "patient", "sh", "-c", "read a; echo got $a; read b; echo got $b; exit 5");
        job.Feed("one\n");
        Until.Holds(() => job.Output == "got one\n", () => "the job does not answer");
        KillDaemon("h1");
        job.Feed("two\n");

        Ending ending = job.End();

        ending.Status.ShouldBe(5, ending.Errors);
        ending.Output.ShouldBe("got one\ngot two\n");
    }

    [Fact]
    public void A_drained_host_lets_its_foreground_job_go_with_its_streams()
    {
        using ForegroundJob job = new(hosts, "h1", "drained", "perl", "-e", "$| = 1; while (<STDIN>) { print \"<$_>\"; print STDERR \"e$_\"; } exit 3");
        job.Feed("one\n");
        Until.Holds(() => job.Output == "<one\n>", () => "the job does not answer");
        hosts.YadoOn("h1", "drain", "h1").Succeeds();
        try
        {
            hosts.Job("h2", "drained").GetProperty("host").GetString().ShouldBe("h2");
            job.Feed("two\n");
            Until.Holds(() => job.Output == "<one\n><two\n>", () => "the job does not answer from the other host");
            job.EndInput();

            Ending ending = job.End();

            ending.Status.ShouldBe(3);
            ending.Errors.ShouldBe("eone\netwo\n");
        }
        finally
        {
            hosts.YadoOn("h1", "undrain", "h1").Succeeds();
        }
    }

    [Fact]
    public void Nothing_that_others_wrote_to_the_callers_file_is_overwritten()
    {
        string file = hosts.File_("shared.out");
        string go = hosts.File_("shared.go");
        string program = $"$| = 1; print \"first\\n\"; select undef, undef, undef, 0.01 until -e '{go}'; print \"second\\n\"; print STDERR \"third\\n\"";
        using ForegroundJob job = ForegroundJob.Shell(hosts, "h1", "shared",
            $"(echo begin; yado run --name shared -- perl -e '{program.Replace("'", "'\\''")}'; echo \"end $?\") >{file} 2>&1");
        Until.Holds(() => File.Exists(file) && File.ReadAllText(file) == "begin\nfirst\n", () => "the job does not begin");
        job.MoveTo("h2");
        File.WriteAllText(go, "");

        job.End().Status.ShouldBe(0);

        File.ReadAllText(file).ShouldBe("begin\nfirst\nsecond\nthird\nend 0\n");
    }

    [Fact]
    public void A_file_as_input_goes_on_where_the_job_stood()
    {
        string input = hosts.File_("lines.in");
        string go = hosts.File_("lines.go");
        File.WriteAllText(input, string.Concat(Enumerable.Range(1, 50_000).Select(n => $"{n}\n")));
        string program = "$| = 1; my $s = 0; while (<STDIN>) { $s += $_; if ($. == 100) { print \"half\\n\"; select undef, undef, undef, 0.01 until -e $ARGV[0]; } } print \"$s\\n\"";
        File.WriteAllText(hosts.File_("sum.pl"), program);
        using ForegroundJob job = ForegroundJob.Shell(hosts, "h1", "sum", $"yado run --name sum -- perl {hosts.File_("sum.pl")} {go} <{input}");
        Until.Holds(() => job.Output == "half\n", () => "the job does not begin");
        job.MoveTo("h2");
        File.WriteAllText(go, "");

        Ending ending = job.End();

        ending.Status.ShouldBe(0, ending.Errors);
        ending.Output.ShouldBe("half\n1250025000\n");
    }

    [Fact]
    public void A_job_that_reads_no_more_and_a_caller_that_reads_no_more_are_told()
    {
        using (ForegroundJob reader = ForegroundJob.Shell(hosts, "h1", "endless",
            $"(yado run --name endless -- perl -e '$SIG{{PIPE}} = sub {{ open F, q(>), q({hosts.File_("pipe")}); print F q(told); close F; exit 7 }}; $| = 1; while (1) {{ print qq(y\\n); select undef, undef, undef, 0.001; }}'; echo \"status $?\" >{hosts.File_("status")}) | (read a; while [ ! -e {hosts.File_("enough")} ]; do sleep 0.05; done)"))
        {
            reader.MoveTo("h2");
            File.WriteAllText(hosts.File_("enough"), "");
            Until.Holds(() => File.Exists(hosts.File_("status")) && File.ReadAllText(hosts.File_("status")) == "status 7\n", () => "the job is not told that nobody reads it");
            File.ReadAllText(hosts.File_("pipe")).ShouldBe("told");
        }

        using ForegroundJob deaf = ForegroundJob.Shell(hosts, "h1", "deaf",
            $"(yes; echo \"feeder $?\" >{hosts.File_("feeder")}) | yado run --name deaf -- perl -e '$| = 1; <STDIN>; print qq(one\\n); select undef, undef, undef, 0.01 until -e q({hosts.File_("deaf.go")}); close STDIN; select undef, undef, undef, 0.01 until -e q({hosts.File_("feeder")}); print qq(two\\n)'");
        Until.Holds(() => deaf.Output == "one\n", () => "the job does not begin");
        deaf.MoveTo("h2");
        File.WriteAllText(hosts.File_("deaf.go"), "");

        Ending ending = deaf.End();

        ending.Status.ShouldBe(0, ending.Errors);
        ending.Output.ShouldBe("one\ntwo\n");
    }

    [Fact]
    public async Task A_job_started_on_another_host_is_fed_from_here()
    {
        using ForegroundJob job = ForegroundJob.Shell(hosts, "h1", "remote", "yado run --host h2 --name remote -- wc -c");
        await job.FeedAsync(new byte[3_000_000]).WaitAsync(TimeSpan.FromSeconds(60));
        job.MoveTo("h1");
        job.EndInput();

        Ending ending = job.End();

        ending.Status.ShouldBe(0, ending.Errors);
        ending.Output.Trim().ShouldBe("3000000");
    }

    [Fact]
    public void A_job_on_its_callers_own_terminal_is_refused_by_name_and_goes_on()
    {
        string beat = hosts.File_("terminal.beat");
        using ForegroundJob job = ForegroundJob.Shell(hosts, "h1", "terminal",
            $"script -qec 'yado run --no-tty --name terminal -- perl -e \"while (1) {{ open F, q(>), q({beat}); print F ++\\$n; close F; select undef, undef, undef, 0.01 }}\"' /dev/null");
        Until.Holds(() => File.Exists(beat), () => "the job does not begin");

        hosts.YadoOn("h1", "move", "terminal", "h2").Refuses(3, "terminal-stream");
        Ending drained = hosts.YadoOn("h1", "drain", "h1");
        hosts.YadoOn("h1", "undrain", "h1").Succeeds();

        drained.Status.ShouldNotBe(0);
        drained.Errors.ShouldContain("terminal-stream");
        string now = File.ReadAllText(beat);
        Until.Holds(() => File.ReadAllText(beat) is { Length: > 0 } next && next != now, () => "the job stands still");
        hosts.Job("h1", "terminal").GetProperty("state").GetString().ShouldBe("running");
        hosts.YadoOn("h1", "kill", "terminal").Succeeds();
        job.End();
    }

    [Fact]
    public void A_stop_stops_the_job_as_well_and_going_on_lets_it_go_on()
    {
        string beat = hosts.File_("stop.beat");
        using ForegroundJob job = new(hosts, "h1", "stop", "perl", "-e", $"while (1) {{ open F, q(>), q({beat}); print F ++$n; close F; select undef, undef, undef, 0.01 }}");
        Until.Holds(() => File.Exists(beat), () => "the job does not begin");
        int program = int.Parse(hosts.Job("h1", "stop").GetProperty("pid").GetInt32().ToString());
        string caller = hosts.On("h1", "sh", "-c", "pgrep -f 'run --name stop --'").Succeeds().Output.Trim().Split('\n')[0];

        hosts.On("h1", "kill", "-TSTP", caller).Succeeds();

        Until.Holds(() => StateOf(caller) == "T" && StateOf($"{program}") == "T", () => $"the caller is {StateOf(caller)}, its job {StateOf($"{program}")}");
        hosts.On("h1", "kill", "-CONT", caller).Succeeds();
        Until.Holds(() => StateOf(caller) != "T" && StateOf($"{program}") != "T", () => "they do not go on");
        job.GoOnAround();
        hosts.On("h1", "kill", "-TERM", caller).Succeeds();
        job.End().Status.ShouldBe(143);

        string StateOf(string pid) => hosts.On("h1", "ps", "-o", "s=", "-p", pid).Output.Trim();
    }

    /// <summary>SIGKILL, and a new one as its host would start it.</summary>
    private void KillDaemon(string host)
    {
        (string listen, string peer) = host == "h1" ? ("10.199.0.1:1991", "10.199.0.2:1991") : ("10.199.0.2:1991", "10.199.0.1:1991");
        hosts.On(host, "sh", "-c", "kill -9 $(cat \"$YADO_HOME/daemon.lock\")").Succeeds();
        Until.Holds(
            () => hosts.On(host, "sh", "-c", $"setsid yado host --listen {listen} --peer {peer} </dev/null >>\"$YADO_HOME/daemon.log\" 2>&1 & "
                + "for i in $(seq 100); do [ -S \"$YADO_HOME/daemon.sock\" ] && yado ps >/dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1").Status == 0,
            () => $"the daemon of {host} does not come back");
    }
}
