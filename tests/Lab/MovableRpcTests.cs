using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Servers made by rpcgen(1) and linked with mrpc move while their clients call, by UDP and by TCP.</summary>
public sealed class MovableRpcTests(MovablePrograms hosts) : IClassFixture<MovablePrograms>, IDisposable
{
    /// <summary>All servers have one number: what a test that failed has left would answer to the next.</summary>
    public void Dispose()
    {
        string[] left = hosts.YadoOn("h1", "ps", "--quiet").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (left.Length > 0)
        {
            hosts.YadoOn("h1", ["kill", .. left]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_call_runs_once_whatever_moves_and_whatever_replies_are_lost(bool loseReplies)
    {
        string name = loseReplies ? "lossy" : "tally";
        hosts.Serve(name, loseReplies);
        MovableCalls[] clients = [.. Enumerable.Range(0, 8).Select(i => new MovableCalls(hosts, $"{name}{i}", i % 2 == 0 ? "udp" : "tcp"))];
        Array.ForEach(clients, c => c.GoesOn());

        string at = "h1";
        for (int i = 0; i < 6; i++)
        {
            string to = at == "h1" ? "h2" : "h1";
            hosts.YadoOn(at, "move", name, to).Succeeds();
            at = to;
            Array.ForEach(clients, c => c.GoesOn());
        }

        long answered = clients.Sum(c => c.Stop());
        (long calls, long twice, long lost) = hosts.Report(at);
        (twice, lost).ShouldBe((0, 0));
        calls.ShouldBe(answered);
        hosts.Job(at, name).GetProperty("state").GetString().ShouldBe("running");
        hosts.YadoOn(at, "kill", name).Succeeds();
    }

    [Fact]
    public void A_greeting_whose_answer_is_lost_is_said_again()
    {
        hosts.Serve("cut-off", loseReplies: true, loseFirst: true);

        MovableCalls client = new(hosts, "cut-off-tcp", "tcp");

        client.GoesOn();
        long answered = client.Stop();
        hosts.Report("h1").ShouldBe((answered, 0, 0));
        hosts.YadoOn("h1", "kill", "cut-off").Succeeds();
    }

    [Fact]
    public void The_portmapper_of_the_new_host_knows_it_and_that_of_the_old_one_does_not()
    {
        hosts.CleanPortmapper("h1");
        hosts.CleanPortmapper("h2");
        hosts.Serve("mapped");
        Entries("h1").ShouldBe(2);
        Entries("h2").ShouldBe(0);

        hosts.YadoOn("h1", "move", "mapped", "h2").Succeeds();

        Entries("h1").ShouldBe(0);
        Entries("h2").ShouldBe(2);
        hosts.YadoOn("h2", "kill", "mapped").Succeeds();

        int Entries(string host) => hosts.On(host, "/usr/sbin/rpcinfo", "-p").Succeeds().Output.Split('\n').Count(l => l.Contains("536877460", StringComparison.Ordinal));
    }

    /// <summary>h3 has no portmapper and takes none.</summary>
    [Fact]
    public void A_host_that_is_emptied_hands_its_server_on_while_clients_call()
    {
        hosts.Serve("drained");
        MovableCalls[] clients = [new(hosts, "drained-udp", "udp"), new(hosts, "drained-tcp", "tcp")];
        Array.ForEach(clients, c => c.GoesOn());

        hosts.YadoOn("h1", "drain", "h1").Succeeds();

        Array.ForEach(clients, c => c.GoesOn());
        hosts.Job("h2", "drained").GetProperty("host").GetString().ShouldBe("h2");
        long answered = clients.Sum(c => c.Stop());
        hosts.Report("h2").ShouldBe((answered, 0, 0));
        hosts.YadoOn("h1", "undrain", "h1").Succeeds();
        hosts.YadoOn("h2", "kill", "drained").Succeeds();
    }

    [Fact]
    public void A_policy_moves_the_server_while_clients_call()
    {
        hosts.Serve("placed");
        MovableCalls[] clients = [new(hosts, "placed-udp", "udp"), new(hosts, "placed-tcp", "tcp")];
        Array.ForEach(clients, c => c.GoesOn());
        // Nobody is to be disturbed there either, and it could not serve.
        hosts.YadoOn("h3", "owner", "present").Succeeds();

        hosts.YadoOn("h1", "owner", "present").Succeeds();
        hosts.YadoOn("h1", "policy", "idle", "every=0.3", "residence=1").Succeeds();
        Until.Holds(() => hosts.Job("h2", "placed").GetProperty("host").GetString() == "h2", () => $"the server stays: {hosts.YadoOn("h1", "policy").Output}");
        Array.ForEach(clients, c => c.GoesOn());
        // And back, when that is the host of somebody who works.
        hosts.YadoOn("h1", "owner", "absent").Succeeds();
        hosts.YadoOn("h2", "owner", "present").Succeeds();
        Until.Holds(() => hosts.Job("h1", "placed").GetProperty("host").GetString() == "h1", () => $"the server stays: {hosts.YadoOn("h2", "policy").Output}");

        hosts.YadoOn("h1", "policy", "none").Succeeds();
        Array.ForEach(clients, c => c.GoesOn());
        long answered = clients.Sum(c => c.Stop());
        hosts.Report("h1").ShouldBe((answered, 0, 0));
        foreach (string host in (string[])["h1", "h2", "h3"])
        {
            hosts.YadoOn(host, "owner", "auto").Succeeds();
        }
        hosts.YadoOn("h1", "kill", "placed").Succeeds();
    }

    [Fact]
    public void A_move_waits_for_the_procedure_that_runs_and_an_idle_server_moves_at_once()
    {
        hosts.Serve("slow");
        MovableCalls client = new(hosts, "slowly", "tcp", milliseconds: 7000);
        client.GoesOn();

        // It lies in the middle of a procedure of 7 s.
        hosts.YadoOn("h1", "move", "slow", "h2").Succeeds();

        client.GoesOn();
        long answered = client.Stop();
        hosts.Report("h2").ShouldBe((answered, 0, 0));
        hosts.YadoOn("h2", "kill", "slow").Succeeds();
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public void Calls_of_a_client_without_the_library_are_passed_on_for_as_long_as_it_is_said(string network)
    {
        string name = $"forwarded-{network}";
        hosts.Serve(name, options: ["--forward", "10m"]);
        MovableCalls client = new(hosts, $"plain-{network}", network, "tally_client_plain");
        client.GoesOn();

        hosts.YadoOn("h1", "move", name, "h2").Succeeds();
        client.GoesOn();

        long answered = client.Stop();
        hosts.Report("h2").ShouldBe((answered, 0, 0));
        hosts.YadoOn("h2", "kill", name).Succeeds();
    }

    [Fact]
    public void A_state_over_its_bound_keeps_the_server_where_it_is()
    {
        hosts.Serve("large");
        hosts.Client("tally_client", MovablePrograms.Address("h1"), "tcp", "grow", "2000000").Succeeds();

        Ending move = hosts.YadoOn("h1", "move", "large", "h2");

        move.Status.ShouldBe(1);
        move.Errors.ShouldContain("ballast");
        move.Errors.ShouldContain("bound");
        hosts.Report("h1").ShouldBe((0, 0, 0));
        hosts.YadoOn("h1", "kill", "large").Succeeds();
    }
}
