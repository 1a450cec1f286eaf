using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>What keeps a server made by rpcgen(1) from moving, and whom its clients do not believe.</summary>
public sealed class MovableRefusalTests(MovablePrograms hosts) : IClassFixture<MovablePrograms>
{
    [Fact]
    public void A_host_without_a_portmapper_is_refused_before_anything_stands_still()
    {
        hosts.Serve("unmapped");
        MovableCalls client = new(hosts, "meanwhile", "udp");

        Ending move = hosts.YadoOn("h1", "move", "unmapped", "h3");

        move.Status.ShouldBe(5);
        move.Errors.ShouldContain("no portmapper answers there: start rpcbind on that host");
        move.Errors.Trim().Split('\n').Length.ShouldBe(1);
        client.GoesOn();
        long answered = client.Stop();
        hosts.Report("h1").ShouldBe((answered, 0, 0));
        hosts.YadoOn("h1", "kill", "unmapped").Succeeds();
    }

    [Fact]
    public void A_service_does_not_start_where_no_portmapper_is()
    {
        Ending run = hosts.YadoOn("h3", "run", "--service", "nowhere", "--", Path.Combine(hosts.Server_, "tally_server"));

        run.Status.ShouldBe(1);
        run.Errors.ShouldContain("no portmapper answers on this host: start rpcbind");
        run.Errors.Trim().Split('\n').Length.ShouldBe(1);
    }

    [Fact]
    public void A_client_of_another_version_is_told_so()
    {
        string old = hosts.File_("old");
        Directory.CreateDirectory(old);
        PmsPrograms.Run("make", "-s", "-C", Path.Combine(Yado.Root(), "src/mrpc"), $"OUT={old}", "CFLAGS=-O1 -DMRPC_WIRE_VERSION=0");
        string wraps = File.ReadLines(Path.Combine(old, "mrpc.pc")).Single(l => l.StartsWith("Libs:", StringComparison.Ordinal)).Split(' ', 3)[2];
        PmsPrograms.Run("sh", "-c", $"cd {hosts.Files} && gcc -o old_client tally_clnt.o tally_client.o tally_xdr.o -L{old} {wraps} -ltirpc");
        hosts.Serve("newer");

        Ending call = hosts.Client("old_client", MovablePrograms.Address("h1"), "tcp", "report");

        call.Status.ShouldBe(1);
        call.Errors.ShouldContain("Authentication error");
        hosts.Report("h1").ShouldBe((0, 0, 0));
        hosts.YadoOn("h1", "kill", "newer").Succeeds();
    }

    [Fact]
    public void A_forged_refusal_leads_no_client_astray()
    {
        // It sees the calls and answers each of them first, with a place of its own; but it does not know the client's key.
        PmsPrograms.Run("gcc", "-w", "-O1", $"-I{Path.Combine(Yado.Root(), "src/mrpc")}", "-I/usr/include/tirpc", Path.Combine(MovablePrograms.Source, "forger.c"),
            Path.Combine(hosts.File_("made"), "libmrpc.a"), "-o", hosts.File_("forger"), "-ltirpc");
        hosts.Serve("true");
        hosts.CleanPortmapper("h2");
        hosts.On("h2", "sh", "-c", $"{hosts.File_("forger")} </dev/null >/dev/null 2>&1 & echo $! >{hosts.File_("forger.pid")}").Succeeds();
        Until.Holds(() => hosts.On("h2", "/usr/sbin/rpcinfo", "-p").Output.Contains("536877460", StringComparison.Ordinal), () => "the forger does not register");

        Stopwatch time = Stopwatch.StartNew();
        Ending call = hosts.On("h3", "env", "MRPC_PATIENCE=2", hosts.File_("tally_client"), MovablePrograms.Address("h2"), "udp", "report");

        // It stays where it was, and says so in the end.
        call.Status.ShouldBe(1);
        call.Errors.ShouldContain("report: RPC:");
        time.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
        hosts.Report("h1").ShouldBe((0, 0, 0));
        hosts.On("h2", "sh", "-c", $"kill $(cat {hosts.File_("forger.pid")})").Succeeds();
        hosts.YadoOn("h1", "kill", "true").Succeeds();
    }

    [Fact]
    public void A_program_that_was_changed_on_the_target_is_refused()
    {
        hosts.Serve("changed");
        hosts.YadoOn("h1", "move", "changed", "h2").Succeeds();
        string tally = hosts.File_("tally.c");
        string kept = File.ReadAllText(tally);
        File.WriteAllText(tally, kept.Replace("result = ++caller->calls", "result = ++caller->calls + 1000", StringComparison.Ordinal));
        hosts.Make();
        // The folder by which h1 knows the program has another program now.
        string[] programs = [.. Directory.EnumerateFiles(Path.Combine(hosts.LabDirectory, "h1"), "tally_server", SearchOption.AllDirectories)];
        programs.ShouldNotBeEmpty();
        foreach (string program in programs)
        {
            File.Delete(program);
            File.Copy(hosts.File_("tally_server"), program);
        }

        Ending move = hosts.YadoOn("h2", "move", "changed", "h1");

        move.Status.ShouldBe(5);
        move.Errors.ShouldContain("another");
        hosts.Report("h2").ShouldBe((0, 0, 0));
        hosts.YadoOn("h2", "kill", "changed").Succeeds();
        File.WriteAllText(tally, kept);
        hosts.Make();
    }
}
