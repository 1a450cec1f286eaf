using System.Globalization;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>A job that writes more than its log is to keep, as an ordinary user's.</summary>
public sealed class LogSizeTests(OrdinaryHosts hosts) : IClassFixture<OrdinaryHosts>
{
    private const int LineBytes = 16;
    private const int Phase = 500_000; // lines; 8 MB

    /// <summary>What is kept, the slack, and what comes between two looks.</summary>
    private const long MostOnDisk = (2 << 20) + (1 << 20) + (64 << 10);

    /// <summary>Writes its numbered lines, and more of them whenever there is the next file.</summary>
    private const string Talker =
        """
        my ($lines, $next) = @ARGV; my $n = 0; $| = 1;
        for my $phase (1 .. 3) {
            for (1 .. $lines) { $text .= sprintf("%15d\n", $n++); if (length $text > 60000) { print $text; $text = '' } }
            print $text; $text = '';
            print STDERR "phase $phase\n";
            select(undef, undef, undef, 0.01) until -e "$next.$phase";
        }
        """;

    [Fact]
    public async Task Keeps_the_last_bytes_on_every_host_and_gives_the_disk_what_is_before()
    {
        string next = hosts.File_("next");
        hosts.YadoOn("one", "run", "--detach", "--dir", "/", "--name", "talker", "--log-size", "2M", "--", "perl", "-e", Talker, $"{Phase}", next).Succeeds();
        IsBounded("one", 1);
        Shows("one", 1, errors: "phase 1\n");

        hosts.KillDaemon("one");
        File.WriteAllText(next + ".1", "");
        hosts.StartDaemon("one");
        IsBounded("one", 2);
        Job("one").GetProperty("logSize").GetInt64().ShouldBe(2 << 20);

        Task<Ending> follower = Task.Run(() => hosts.YadoOn("one", "logs", "--follow", "talker"));
        hosts.YadoOn("one", "move", "talker", "two").Succeeds();
        Shows("two", 2, errors: "phase 1\nphase 2\n");
        File.WriteAllText(next + ".2", "");
        IsBounded("two", 3);

        File.WriteAllText(next + ".3", "");
        hosts.YadoOn("two", "wait", "talker").Succeeds();
        Shows("two", 3, errors: "phase 1\nphase 2\nphase 3\n");
        hosts.YadoOn("two", "logs", "talker", "--tail", "2").Succeeds().ShouldBe(new Ending(0, $"{3 * Phase - 2,15}\n{3 * Phase - 1,15}\n", "phase 2\nphase 3\n"));
        string[] followed = (await follower).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        followed.ShouldAllBe(line => line.Length == LineBytes - 1);
        followed.Select(Number).ShouldBe(followed.Select(Number).Distinct().Order());
        Number(followed[^1]).ShouldBe(3 * Phase - 1);
    }

    [Theory]
    [InlineData("--log-size", "2M")]
    [InlineData("--detach", "--tty", "--log-size", "2M")]
    [InlineData("--detach", "--log-size", "0")]
    [InlineData("--detach", "--log-size", "much")]
    public void Is_refused_where_it_means_nothing(params string[] options) => hosts.YadoOn("one", ["run", .. options, "--", "true"]).Refuses(2);

    private static long Number(string line) => long.Parse(line, CultureInfo.InvariantCulture);

    /// <summary>All lines of some phases are written, and no more of them takes room than may.</summary>
    private void IsBounded(string host, int phases)
    {
        long[] found = [0, 0];
        Until.Holds(
            () => (found = Look()) is [long length, long taken] && length == phases * (long)Phase * LineBytes && taken <= MostOnDisk,
            () => $"its log ends at {found[0]} and takes {found[1]} bytes");

        long[] Look()
        {
            JsonElement job = Job(host);
            string log = Path.Combine(hosts.Home(host), "jobs", $"{job.GetProperty("id").GetString()}-{job.GetProperty("epoch").GetInt32()}", "stdout");
            string[] words = hosts.AsUser(host, "stat", "--format=%s %b", log).Succeeds().Output.Split(' ');
            return [Number(words[0]), 512 * Number(words[1])];
        }
    }

    /// <summary>The log begins somewhere, and has from there on every line to the last.</summary>
    private void Shows(string host, int phases, string errors)
    {
        Ending log = hosts.YadoOn(host, "logs", "talker").Succeeds();
        log.Errors.ShouldBe("yado: what talker wrote before that is no longer kept (--log-size)\n" + errors);
        long[] lines = [.. log.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Number)];
        lines[^1].ShouldBe(phases * Phase - 1);
        lines.ShouldBe(Enumerable.Range((int)lines[0], lines.Length).Select(n => (long)n));
        (log.Output.Length % LineBytes).ShouldBe(0);
        log.Output.Length.ShouldBeInRange(2 << 20, (int)MostOnDisk);
        hosts.YadoOn(host, "logs", "talker", "--tail", "1000000", "--since", "1h").Succeeds().ShouldBe(log);
    }

    private JsonElement Job(string host) => hosts.Running(host).Single(j => j.GetProperty("name").GetString() == "talker");
}
