using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary><c>yado check</c>: what a move would say, and nothing is touched.</summary>
public sealed class CheckTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    private const string Waits = "$SIG{TERM} = sub { exit 0 }; open my $own, '<', $ARGV[0] or die; open my $f, '>', $ARGV[1]; close $f; sleep 1 while 1;";

    [Fact]
    public void A_job_that_nothing_keeps_can_move()
    {
        hosts.Start("h1", "free", "sleep", "1000");
        try
        {
            hosts.YadoOn("h1", "check", "free", "--to", "h2").Succeeds().Output.ShouldContain("free can be moved to h2");
            // … from anywhere.
            Ending elsewhere = hosts.YadoOn("h2", "check", "free", "--json").Succeeds();
            JsonElement answer = JsonDocument.Parse(elsewhere.Output).RootElement;
            answer.GetProperty("movable").GetBoolean().ShouldBeTrue();
            answer.GetProperty("host").GetString().ShouldBe("h1");
            answer.GetProperty("unseen").EnumerateArray().Select(name => name.GetString()).ShouldContain("write-or-execute");

            hosts.YadoOn("h1", "move", "free", "h2").Succeeds();
        }
        finally
        {
            hosts.YadoOn("h1", "kill", "free").Succeeds();
        }
    }

    [Fact]
    public void What_the_target_lacks_or_refuses_is_listed_all_at_once_as_a_move_says_it()
    {
        hosts.On("h1", "sh", "-c", "echo data >/run/checked; mkdir -p /run/inside").Succeeds();
        string ready = hosts.File_("check-ready");
        hosts.On("h1", "sh", "-c", $"cd /run/inside && exec yado run --detach --name lacking -- perl -e \"$1\" /run/checked {ready}", "sh", Waits).Succeeds();
        try
        {
            Until.Holds(() => File.Exists(ready), () => "the program does not open its file");
            Ending check = hosts.YadoOn("h1", "check", "lacking", "--to", "h2");
            check.Status.ShouldBe(5, check.Output + check.Errors);
            check.Output.ShouldContain("missing-file: the open file /run/checked does not exist here");
            check.Output.ShouldContain("missing-directory: the working directory /run/inside does not exist here");
            check.Output.ShouldContain("do: Make it there: mkdir -p.");

            Ending move = hosts.YadoOn("h1", "move", "lacking", "h2").Refuses(5);
            foreach (string line in move.Errors.Split('\n').Skip(1).Where(line => line.Length > 0))
            {
                check.Output.ShouldContain(line);
            }

            hosts.YadoOn("h2", "drain", "h2").Succeeds();
            try
            {
                Ending drained = hosts.YadoOn("h1", "check", "lacking", "--to", "h2", "--json");
                drained.Status.ShouldBe(5);
                string?[] names = [.. JsonDocument.Parse(drained.Output).RootElement.GetProperty("refusals").EnumerateArray().Select(r => r.GetProperty("name").GetString())];
                names.ShouldContain("draining");
                names.ShouldContain("missing-file");
            }
            finally
            {
                hosts.YadoOn("h2", "undrain", "h2").Succeeds();
            }
        }
        finally
        {
            hosts.YadoOn("h1", "kill", "lacking").Succeeds();
        }
    }

    [Fact]
    public void Obstacles_are_listed_with_what_helps_and_the_job_is_not_touched()
    {
        string ready = hosts.File_("check-connected");
        string program = "import socket, time; l = socket.socket(); l.bind(('127.0.0.1', 0)); l.listen(); "
            + $"c = socket.create_connection(l.getsockname()); open('{ready}', 'w').close(); time.sleep(1000)";
        hosts.Start("h1", "connected", "python3", "-c", program);
        try
        {
            Until.Holds(() => File.Exists(ready), () => "the program does not connect");
            // Its own other end waits to be accepted and holds nothing: that is carried.
            hosts.YadoOn("h1", "check", "connected").Succeeds();
            string mqueue = hosts.File_("check-queue");
            hosts.Start("h1", "timed", "perl", "-e",
                $"open my $k, '<', '/dev/kmsg'; open my $f, '>', '{mqueue}'; close $f; sleep 1000;");
            try
            {
                Until.Holds(() => File.Exists(mqueue), () => "the program does not come up");
                Ending check = hosts.YadoOn("h1", "check", "timed", "--to", "h2");
                check.Status.ShouldBe(3, check.Output + check.Errors);
                check.Output.ShouldContain("device: descriptor");
                check.Output.ShouldContain("    do: ");
                check.Output.ShouldContain("h2 would take it");
                hosts.Job("h1", "timed").GetProperty("state").GetString().ShouldBe("running");
            }
            finally
            {
                hosts.YadoOn("h1", "kill", "timed").Succeeds();
            }
        }
        finally
        {
            hosts.YadoOn("h1", "kill", "connected").Succeeds();
        }
    }

    [Fact]
    public void Who_is_not_there_is_said_as_by_a_move()
    {
        hosts.YadoOn("h1", "check", "nobody").Refuses(4, "no job 'nobody'");
        hosts.Start("h1", "alone", "sleep", "1000");
        try
        {
            hosts.YadoOn("h1", "check", "alone", "--to", "h9").Refuses(4, "h9");
            hosts.YadoOn("h1", "check", "alone", "--to", "h1").Refuses(2, "already");
        }
        finally
        {
            hosts.YadoOn("h1", "kill", "alone").Succeeds();
        }
    }
}
