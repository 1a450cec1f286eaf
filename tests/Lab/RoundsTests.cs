using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Jobs whose memory is copied while they run.</summary>
public sealed class RoundsTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    /// <summary>Writes all over its memory and, ten thousand pages later each, says how many are not what they must be.</summary>
    private const string Writer =
        """
        $| = 1; my $pages = 6000; my $data = "\0" x ($pages * 4096); my @expected = (0) x $pages; my $step = 0;
        while (1) {
            my $page = int(rand($pages)); my $value = int(rand(255)) + 1;
            vec($data, $page * 4096 + 17, 8) = $value; vec($data, $page * 4096 + 4090, 8) = 255 - $value; $expected[$page] = $value;
            next if ++$step % 10000;
            my $wrong = 0;
            for my $p (0 .. $pages - 1) { my $v = $expected[$p]; $wrong++ if vec($data, $p * 4096 + 17, 8) != $v || ($v && vec($data, $p * 4096 + 4090, 8) != 255 - $v); }
            print "$wrong wrong\n";
            select undef, undef, undef, 0.02;
        }
        """;

    [Fact]
    public void A_job_that_writes_all_over_its_memory_moves_in_rounds()
    {
        hosts.Start("h1", "writer", "perl", "-e", Writer);
        AwaitLines("h1", 3);

        JsonElement there = Move("h2");
        there.GetProperty("rounds").GetInt32().ShouldBeGreaterThan(1);
        there.GetProperty("filled").GetBoolean().ShouldBeTrue();
        AwaitLines("h2", Lines("h2").Length + 3);
        Move("h1").GetProperty("rounds").GetInt32().ShouldBeGreaterThan(1);
        AwaitLines("h1", Lines("h1").Length + 3);

        Lines("h1").ShouldAllBe(line => line == "0 wrong");
        hosts.YadoOn("h1", "kill", "writer").Succeeds();
    }

    /// <summary>A program of some hundred KiB of its own.</summary>
    private const string Small = "$| = 1; my @data = (1 .. 5000); for (my $n = 0;; $n++) { my $sum = 0; $sum += $_ for @data; print $n, $sum == 12502500 ? '' : ' wrong', qq(\n); select undef, undef, undef, 0.01; }";

    [Fact]
    public void So_does_a_small_one()
    {
        hosts.Start("h1", "small", "perl", "-e", Small);
        AwaitLines("h1", 3, "small");

        JsonElement there = Move("h2", "small");
        there.GetProperty("rounds").GetInt32().ShouldBeGreaterThan(1);
        there.GetProperty("filled").GetBoolean().ShouldBeTrue();
        AwaitLines("h2", Lines("h2", "small").Length + 3, "small");
        hosts.YadoOn("h1", "kill", "small").Succeeds();

        string[] lines = Lines("h2", "small");
        lines.ShouldBe(Enumerable.Range(0, lines.Length).Select(number => $"{number}"));
    }

    private JsonElement Move(string host, string job = "writer") => JsonDocument.Parse(hosts.YadoOn("h1", "move", job, host, "--json").Succeeds().Output).RootElement;

    private string[] Lines(string host, string job = "writer") => hosts.YadoOn(host, "logs", job).Succeeds().Output.Split('\n')[..^1];

    private void AwaitLines(string host, int count, string job = "writer") => Until.Holds(() => Lines(host, job).Length >= count, () => $"{job} does not say {count} lines");
}
