using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Three hosts that agree by a real etcd: who is there, where a job is, and what becomes of both when something is cut or killed.</summary>
public sealed class ClusterTests(ClusterHosts hosts) : IClassFixture<ClusterHosts>
{
    private const string Beater = "while (1) { open my $f, '>', $ARGV[0]; print $f ++$n; close $f; select undef, undef, undef, 0.005; }";

    [Fact]
    public void A_job_is_found_and_moved_from_any_host()
    {
        UntilMembers("h1", "h2", "h3");
        string beat = StartBeater("h1", "wanderer");

        hosts.YadoOn("h3", "move", "wanderer", "h2").Succeeds();
        hosts.YadoOn("h1", "move", "wanderer", "h3").Succeeds();

        RunsOnlyOn("h3", "wanderer", beat);
        hosts.YadoOn("h2", "kill", "wanderer").Succeeds();
        hosts.YadoOn("h1", "wait", "wanderer").Status.ShouldBe(137);
    }

    [Fact]
    public void A_host_that_is_cut_off_is_no_member_until_it_is_back()
    {
        UntilMembers("h1", "h2", "h3");
        string beat = StartBeater("h2", "islander");
        hosts.Lab("cut", "h2").Succeeds();
        try
        {
            UntilMembers("h1", "h3");
            Until.Holds(() => hosts.YadoOn("h2", "run", "--detach", "--", "/bin/true").Status != 0, () => "the cut host still takes jobs");
            hosts.YadoOn("h2", "run", "--detach", "--", "/bin/true").Refuses(5, "no contact with etcd");
            Beats(beat);
        }
        finally
        {
            hosts.Lab("join", "h2").Succeeds();
        }

        UntilMembers("h1", "h2", "h3");
        RunsOnlyOn("h2", "islander", beat);
        Until.Holds(() => hosts.YadoOn("h1", "move", "islander", "h3").Status == 0, () => "the job can't be moved although its host is back");
        RunsOnlyOn("h3", "islander", beat);
        hosts.YadoOn("h1", "kill", "islander").Succeeds();
    }

    [Fact]
    public void Without_etcd_jobs_run_on_and_moves_are_refused_until_it_is_back()
    {
        UntilMembers("h1", "h2", "h3");
        string beat = StartBeater("h1", "patient");
        hosts.Lab("store", "kill").Succeeds();
        try
        {
            hosts.YadoOn("h1", "move", "patient", "h2").Refuses(1, "etcd");
            // Until every lease has run out: a minute is nothing more than that.
            foreach (string host in (string[])["h1", "h2", "h3"])
            {
                Until.Holds(() => hosts.YadoOn(host, "run", "--detach", "--", "/bin/true").Status == 5, () => $"{host} is not fenced");
                hosts.YadoOn(host, "doctor").Output.ShouldContain("has no contact with");
                hosts.YadoOn(host, "run", "--detach", "--", "/bin/true").Refuses(5, "no contact with etcd");
            }

            Beats(beat);
        }
        finally
        {
            hosts.Lab("store", "start").Succeeds();
        }

        Until.Holds(() => hosts.YadoOn("h3", "move", "patient", "h2").Status == 0, () => "no move although etcd is back");
        RunsOnlyOn("h2", "patient", beat);
        hosts.YadoOn("h1", "kill", "patient").Succeeds();
    }

    [Fact]
    public async Task Etcd_killed_and_started_again_in_the_middle_of_a_move_leaves_one_copy()
    {
        UntilMembers("h1", "h2", "h3");
        string beat = StartBeater("h1", "surprised");
        Task<Ending> move = Task.Run(() => hosts.YadoOn("h1", "move", "surprised", "h2"));
        Until.Holds(() => move.IsCompleted || hosts.Job("h1", "surprised").GetProperty("state").GetString() == "moving", () => "the move does not begin");

        hosts.Lab("store", "kill").Succeeds();
        hosts.Lab("store", "start").Succeeds();

        // Either way is right: what was not committed stays, what was is there.
        string where = (await move).Status == 0 ? "h2" : "h1";
        Until.Holds(() => hosts.YadoOn("h3", "hosts").Status == 0 && State(where, "surprised") == "running", () => $"the job does not run on {where}");
        RunsOnlyOn(where, "surprised", beat);
        hosts.YadoOn("h3", "kill", "surprised").Succeeds();
    }

    [Theory]
    [InlineData("etcd://nowhere:2379")]
    [InlineData("zookeeper://10.0.0.1")]
    public void What_is_no_cluster_is_refused(string cluster)
    {
        hosts.On("h1", "sh", "-c", $"YADO_HOME={hosts.File_("none")} yado host --cluster {cluster}").Refuses(2);
    }

    private void UntilMembers(params string[] names) => Until.Holds(
        () => Members().SequenceEqual(names), () => $"the members are {string.Join(' ', Members())}, not {string.Join(' ', names)}");

    private string[] Members() =>
    [
        .. hosts.YadoOn("h1", "hosts").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Where(line => !line.Contains("no answer", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]),
    ];

    private string StartBeater(string host, string name)
    {
        string beat = hosts.File_(name + ".beat");
        hosts.Start(host, name, "perl", "-e", Beater, beat);
        Until.Holds(() => File.Exists(beat), () => $"{name} does not run");
        return beat;
    }

    private string? State(string host, string name) => hosts.Job(host, name).GetProperty("state").GetString();

    private void RunsOnlyOn(string host, string name, string beat)
    {
        Beats(beat);
        foreach (string each in (string[])["h1", "h2", "h3"])
        {
            int copies = hosts.On(each, "pgrep", "-c", "-f", beat).Output.Trim() is { Length: > 0 } count ? int.Parse(count) : 0;
            copies.ShouldBe(each == host ? 1 : 0, $"copies of {name} on {each}");
        }
    }

    private static void Beats(string beat)
    {
        string before = File.ReadAllText(beat);
        Until.Holds(() => File.ReadAllText(beat) is { Length: > 0 } now && now != before, () => $"{beat} stays {before}: its program stands still");
    }
}
