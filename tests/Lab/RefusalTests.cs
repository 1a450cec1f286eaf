using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>What can go wrong between hosts: one clear line, the right exit status, and the job runs on where it is.</summary>
public sealed class RefusalTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    private const string Beater =
        """
        my @kept = map { "x" x 1000000 } 1 .. $ARGV[1];
        substr($kept[$_], $_, 1) = chr(65 + $_ % 26) for 0 .. $#kept;
        open my $own, "<", $ARGV[2] if @ARGV > 2;
        my $n = 0;
        while (1) { $n++; open my $f, ">", $ARGV[0]; print $f $n; close $f; select undef, undef, undef, 0.005; }
        """;

    [Fact]
    public void An_unknown_job_is_refused()
    {
        foreach (string[] command in (string[][])[["move", "nobody", "h2"], ["wait", "nobody"], ["logs", "nobody"], ["kill", "nobody"], ["signal", "nobody", "USR1"]])
        {
            hosts.YadoOn("h1", command).Refuses(4, "no job 'nobody'");
        }

        hosts.YadoOn("h1", "checkpoint", "nobody", "-o", hosts.File_("nobody.ctx")).Refuses(4, "no job 'nobody'");
        File.Exists(hosts.File_("nobody.ctx")).ShouldBeFalse();
    }

    [Fact]
    public void An_unknown_host_is_refused()
    {
        string beat = StartBeater("h1", "stays");

        hosts.YadoOn("h1", "move", "stays", "h9").Refuses(4, "h9");

        RunsOn("h1", "stays", beat);
        hosts.YadoOn("h1", "run", "--host", "h9", "--", "true").Refuses(4, "h9");
    }

    [Fact]
    public void A_host_that_does_not_answer_is_refused()
    {
        string beat = StartBeater("h1", "unanswered");
        hosts.Lab("cut", "h2").Succeeds();
        try
        {
            hosts.YadoOn("h1", "move", "unanswered", "h2").Refuses(1, "does not answer");
            RunsOn("h1", "unanswered", beat);
        }
        finally
        {
            hosts.Lab("join", "h2").Succeeds();
        }
    }

    [Fact]
    public void A_server_that_is_no_yado_host_is_refused()
    {
        string beat = StartBeater("h1", "misled");
        hosts.On("h2", "sh", "-c",
            "setsid perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 5, LocalPort => 2000, ReuseAddr => 1) or die; open F, \">\", $ARGV[0]; "
            + "while ($c = $s->accept) { print $c \"220 mail ready\\r\\n\"; close $c }' " + hosts.File_("listening") + " </dev/null >/dev/null 2>&1 &").Succeeds();
        Until.Holds(() => File.Exists(hosts.File_("listening")), () => "the other server does not come up");

        hosts.YadoOn("h1", "move", "misled", "10.199.0.2:2000").Refuses(1, "no yado host");

        RunsOn("h1", "misled", beat);
    }

    [Fact]
    public async Task A_host_that_disappears_in_the_middle_leaves_the_job_where_it_was()
    {
        string beat = StartBeater("h1", "interrupted", megabytes: 600);
        Task<Ending> move = Task.Run(() => hosts.YadoOn("h1", "move", "interrupted", "h2"));
        Until.Holds(() => hosts.Job("h1", "interrupted").GetProperty("state").GetString() == "moving", () => "the move does not begin");
        hosts.Lab("cut", "h2").Succeeds();
        try
        {
            Ending ending = await move;
            // The line may also have been cut after the commit: then the job is on the other side, and nowhere else.
            if (ending.Status != 0)
            {
                ending.Refuses(1);
                RunsOn("h1", "interrupted", beat);
            }
        }
        finally
        {
            hosts.Lab("join", "h2").Succeeds();
        }
    }

    [Fact]
    public void What_the_target_lacks_is_named_before_the_job_leaves()
    {
        hosts.On("h1", "sh", "-c", "echo data >/run/only-on-h1").Succeeds();
        string beat = StartBeater("h1", "rooted", 1, "/run/only-on-h1");

        hosts.YadoOn("h1", "move", "rooted", "h2").Refuses(5, "/run/only-on-h1");

        RunsOn("h1", "rooted", beat);
    }

    [Theory]
    [InlineData("10.199.0.1", "missing-address: tcp 10.199.0.1:5151")]
    [InlineData("0.0.0.0", "taken-port: tcp 0.0.0.0:5152")]
    public void A_listener_whose_address_the_target_lacks_goes_on_where_it_is(string address, string reason)
    {
        string answer = hosts.File_("answer");
        string port = reason[^4..];
        string ready = hosts.File_("ready");
        string server = $"import socket; s = socket.socket(); s.bind(('{address}', {port})); s.listen(); open('{ready}', 'w').close(); c, _ = s.accept(); c.sendall(b'here'); c.close()";
        hosts.YadoOn("h1", "run", "--detach", "--name", reason[..5] + "listener", "--", "python3", "-c", server).Succeeds();
        hosts.YadoOn("h2", "run", "--detach", "--name", reason[..5] + "other", "--", "python3", "-c", $"import socket, time; s = socket.socket(); s.bind(('0.0.0.0', {port})); s.listen(); time.sleep(1000)").Succeeds();
        try
        {
            Until.Holds(() => File.Exists(ready), () => "the server does not listen");
            Until.Holds(() => hosts.On("h2", "ss", "-tln").Output.Contains(":" + port, StringComparison.Ordinal), () => "the other one does not listen");
            hosts.YadoOn("h1", "move", reason[..5] + "listener", "h2").Refuses(5, reason);
            hosts.On("h1", "python3", "-c", $"import socket; s = socket.create_connection(('10.199.0.1', {port})); open('{answer}', 'wb').write(s.recv(10))").Succeeds();
            File.ReadAllText(answer).ShouldBe("here");
            hosts.YadoOn("h1", "wait", reason[..5] + "listener").Succeeds();
        }
        finally
        {
            hosts.YadoOn("h2", "kill", reason[..5] + "other");
            File.Delete(ready);
        }
    }

    [Fact]
    public void What_only_a_job_that_stands_still_tells_is_said_of_its_process()
    {
        string beat = hosts.File_("denied");
        // PR_SET_MDWE: no file in /proc tells of it.
        const string script = "import ctypes, os, sys, time\nassert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0\n"
            + "for i in range(10**9):\n open(sys.argv[1] + '.new', 'w').write(str(i)); os.rename(sys.argv[1] + '.new', sys.argv[1]); time.sleep(0.02)";
        hosts.Start("h1", "denied", "python3", "-c", script, beat);
        Until.Holds(() => File.Exists(beat), () => "it does not begin");
        int pid = hosts.Job("h1", "denied").GetProperty("pid").GetInt32();

        hosts.YadoOn("h1", "checkpoint", "denied", "-o", hosts.File_("denied.ctx")).Refuses(3, $"process {pid} can't be checkpointed", "write-or-execute");

        RunsOn("h1", "denied", beat);
    }

    [Fact]
    public void All_obstacles_are_listed_at_once()
    {
        string beat = hosts.File_("obstructed.beat");
        string script = hosts.File_("obstructed.pl");
        File.WriteAllText(script,
            """
            use IO::Socket::INET;
            my $c = IO::Socket::INET->new(PeerAddr => "10.199.0.2:1991") or die;
            if (!fork) { open my $d, "<", "/dev/kmsg" or die; sleep 1000; exit }
            my $n = 0;
            while (1) { $n++; open my $f, ">", $ARGV[0]; print $f $n; close $f; select undef, undef, undef, 0.005; }
            """);
        hosts.Start("h1", "obstructed", "perl", script, beat);
        Until.Holds(() => File.Exists(beat), () => "the job does not run");

        hosts.YadoOn("h1", "move", "obstructed", "h2").Refuses(3, "tcp-connection", "device");

        RunsOn("h1", "obstructed", beat);
    }

    private string StartBeater(string host, string name, int megabytes = 1, params IReadOnlyList<string> more)
    {
        string script = hosts.File_("beater.pl");
        string beat = hosts.File_(name + ".beat");
        File.WriteAllText(script, Beater);
        hosts.Start(host, name, ["perl", script, beat, $"{megabytes}", .. more]);
        Until.Holds(() => File.Exists(beat), () => $"{name} does not run");
        return beat;
    }

    private void RunsOn(string host, string name, string beat)
    {
        hosts.Job(host, name).ShouldSatisfyAllConditions(
            job => job.GetProperty("host").GetString().ShouldBe(host),
            job => job.GetProperty("state").GetString().ShouldBe("running"));
        string before = File.ReadAllText(beat);
        Until.Holds(() => File.ReadAllText(beat) is { Length: > 0 } now && now != before, () => $"{name} stands still");
        hosts.YadoOn(host, "kill", name).Succeeds();
    }
}
