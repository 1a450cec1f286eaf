using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>What a host writes down of its jobs: nothing runs that it could not record, and its own files are no part of a saved job.</summary>
public sealed class RecordTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    /// <summary>Prints a line for each word that it finds in a file, and ends with the word "end".</summary>
    private const string Speaker =
        """
        $| = 1; my $said = 0; print "begin\n"; print STDERR "err begin\n";
        while (1) {
            open my $f, "<", $ARGV[0]; my @words = <$f>; close $f;
            for (@words[$said .. $#words]) { $said++; exit 9 if $_ eq "end\n"; print "said $_"; print STDERR "err $_"; }
            select undef, undef, undef, 0.005;
        }
        """;

    [Fact]
    public void A_job_that_can_not_be_recorded_does_not_run()
    {
        string home = hosts.File_("full");
        string trail = hosts.File_("trail");
        Directory.CreateDirectory(home);
        Directory.CreateDirectory(trail);
        string script =
            $"""
            set -e
            mount -t tmpfs -o size=3m,mode=700 none {home}
            export YADO_HOME={home}
            yado ps >/dev/null
            dd if=/dev/zero of={home}/filler bs=4096 2>/dev/null || true
            for n in $(seq 1 6); do
                set +e; yado run --detach --name full$n -- sh -c 'touch {trail}/'$n'; exec sleep 7531' >/dev/null 2>>{hosts.File_("said")}; echo "$n $?"; set -e
            done
            rm {home}/filler
            """;
        string[] endings = hosts.On("h1", "sh", "-c", script).Succeeds().Output.TrimEnd('\n').Split('\n');

        string[] failed = [.. endings.Where(e => !e.EndsWith(" 0", StringComparison.Ordinal)).Select(e => e.Split(' ')[0])];
        endings.Length.ShouldBe(6);
        failed.ShouldNotBeEmpty("the disk was never full");
        endings.ShouldAllBe(e => e.EndsWith(" 0", StringComparison.Ordinal) || e.EndsWith(" 1", StringComparison.Ordinal));
        // What was recorded runs, and nothing else.
        int running = hosts.On("h1", "sh", "-c", "ps -eo args | grep -c '^sleep 7531'").Output.Trim() is { Length: > 0 } count ? int.Parse(count) : 0;
        running.ShouldBe(6 - failed.Length);
        hosts.On("h1", "sh", "-c", $"YADO_HOME={home} yado run -- true").Succeeds();
        hosts.On("h1", "sh", "-c", $"export YADO_HOME={home}; for n in $(yado ps --json | grep -o 'full[0-9]'); do yado kill $n; done; kill $(cat {home}/daemon.lock); true").Succeeds();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_detached_job_that_was_saved_speaks_to_whoever_resumes_it(bool byPid)
    {
        string name = byPid ? "pid" : "name";
        string words = hosts.File_(name + ".words");
        string context = hosts.File_(name + ".ctx");
        File.WriteAllText(words, "one\n");
        File.WriteAllText(hosts.File_("speaker.pl"), Speaker);
        hosts.Start("h1", name, "perl", hosts.File_("speaker.pl"), words);
        Until.Holds(() => hosts.YadoOn("h1", "logs", name).Output == "begin\nsaid one\n", () => "the job does not speak");
        string target = byPid ? hosts.Job("h1", name).GetProperty("pid").GetInt32().ToString() : name;
        hosts.YadoOn("h1", "checkpoint", target, "-o", context).Succeeds();
        // As on another machine: there is no such file.
        hosts.On("h1", "sh", "-c", "rm -r \"$YADO_HOME\"/jobs/*").Succeeds();

        File.AppendAllText(words, "two\nend\n");
        Ending resumed = hosts.YadoOn("h2", "resume", context);

        resumed.Status.ShouldBe(9);
        resumed.Output.ShouldBe("said two\n");
        resumed.Errors.ShouldBe("err two\n");
    }
}
