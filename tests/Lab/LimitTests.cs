using System.Globalization;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Jobs with limits of their own, on hosts of root's.</summary>
public sealed class LimitTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    /// <summary>Holds 24 MiB, and 96 more once it is told to. What is constant perl would make before it begins.</summary>
    private const string Hoarder =
        """
        my $m = 1 << 20; my $x = 'a' x (24 * $m); $| = 1; print "holds\n";
        select undef, undef, undef, 0.01 until -e $ARGV[0];
        $x .= 'b' x (96 * $m); print "more\n"; sleep 1000
        """;

    private const string Spinner = "fork; 1 while 1";

    /// <summary>Periods of the scheduler in which a job's share is watched.</summary>
    private const int Periods = 200;

    [Fact]
    public void A_job_that_needs_more_memory_than_it_may_have_is_killed_on_every_host()
    {
        string more = hosts.File_("more");
        hosts.YadoOn("h1", "run", "--memory", "64M", "--", "perl", "-e", "my $x = 'a' x (24 << 20); print \"enough\\n\"").Succeeds().Output.ShouldBe("enough\n");
        hosts.YadoOn("h1", "run", "--memory", "64M", "--", "perl", "-e", "my $x = 'a' x (128 << 20); print \"enough\\n\"").ShouldBe(new Ending(137, "", ""));
        hosts.YadoOn("h1", "run", "--detach", "--memory", "64M", "--name", "hoarder", "--", "perl", "-e", Hoarder, more).Succeeds();
        Until.Holds(() => hosts.YadoOn("h1", "logs", "hoarder").Output == "holds\n", () => "it does not begin");

        hosts.YadoOn("h1", "move", "hoarder", "h2").Succeeds();
        JsonElement job = hosts.Job("h2", "hoarder");
        job.GetProperty("limits").GetProperty("memoryBytes").GetInt64().ShouldBe(64 << 20);
        File.WriteAllText(more, "");

        hosts.YadoOn("h2", "wait", "hoarder").Status.ShouldBe(137);
        hosts.YadoOn("h2", "logs", "hoarder").Succeeds().Output.ShouldBe("holds\n");
        Until.Holds(() => Groups(job).Length == 0, () => $"left: {string.Join(' ', Groups(job))}");
    }

    [Fact]
    public void All_processes_of_a_job_together_have_the_processors_it_may_have()
    {
        hosts.YadoOn("h1", "run", "--detach", "--cpus", "0.1", "--name", "spinner", "--", "perl", "-e", Spinner).Succeeds();
        HasTenth("h1");
        string first = Groups(hosts.Job("h1", "spinner")).ShouldHaveSingleItem();

        // A daemon that was started anew knows the group still.
        hosts.YadoOn("h1", "host", "restart").Succeeds();
        hosts.YadoOn("h1", "move", "spinner", "h2").Succeeds();
        HasTenth("h2");
        Until.Holds(() => !Directory.Exists(first), () => $"left: {first}");

        JsonElement job = hosts.Job("h2", "spinner");
        hosts.YadoOn("h2", "drain", "h2", "--save-to", hosts.Files).Succeeds();
        Until.Holds(() => Groups(job).Length == 0, () => $"left: {string.Join(' ', Groups(job))}");
        hosts.YadoOn("h2", "undrain", "h2").Succeeds();
        HasTenth("h2");
        hosts.YadoOn("h2", "kill", "spinner").Succeeds();
    }

    [Theory]
    [InlineData("--memory", "0")]
    [InlineData("--memory", "-1M")]
    [InlineData("--memory", "1000K")]
    [InlineData("--memory", "plenty")]
    [InlineData("--cpus", "0")]
    [InlineData("--cpus", "-2")]
    [InlineData("--cpus", "0.01")]
    [InlineData("--cpus", "some")]
    public void A_limit_that_is_none_is_refused(string option, string value) =>
        hosts.YadoOn("h1", "run", option, value, "--", "true").Refuses(2);

    /// <summary>By the kernel's own counts: of its time, and of the periods in which it may have two milliseconds each.</summary>
    private void HasTenth(string host)
    {
        JsonElement job = hosts.Job(host, "spinner");
        string group = Groups(job).ShouldHaveSingleItem();
        string[] processes = File.ReadAllLines(group + "/cgroup.procs");
        processes.Length.ShouldBeGreaterThanOrEqualTo(3); // the two, and what waits for them
        (long Periods, long Throttled, double Used) before = Counts(group), now = before;
        Until.Holds(() => (now = Counts(group)).Periods - before.Periods >= Periods, () => $"it had {now.Periods - before.Periods} periods");

        double milliseconds = (now.Used - before.Used) * 1000;
        milliseconds.ShouldBeInRange(1, 2 * 1.5 * (now.Periods - before.Periods));
        now.Throttled.ShouldBeGreaterThan(before.Throttled);
    }

    /// <summary>The time is read first: it belongs to no more periods than are counted then.</summary>
    private static (long Periods, long Throttled, double Used) Counts(string group)
    {
        double used = File.ReadAllLines(group + "/cgroup.procs").Sum(SecondsOf);
        Dictionary<string, long> words = File.ReadAllLines(group + "/cpu.stat").Select(l => l.Split(' ')).ToDictionary(w => w[0], w => long.Parse(w[1], CultureInfo.InvariantCulture));
        return (words["nr_periods"], words["nr_throttled"], used);
    }

    /// <summary>Processor time of a process: fields 14 and 15 of proc_pid_stat(5), hundredths of a second.</summary>
    private static double SecondsOf(string pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    /// <summary>Directories of the control groups of a job, wherever they are.</summary>
    private static string[] Groups(JsonElement job)
    {
        string name = $"yado-*-{job.GetProperty("id").GetString()}-{job.GetProperty("epoch").GetInt32()}";
        return Yado.RunProgram(Yado.NoVariables, ["find", "/sys/fs/cgroup", "-type", "d", "-name", name]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
