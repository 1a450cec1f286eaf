using System.Globalization;
using System.Text.Json;
using Shouldly;
using Xunit;
using Yadokari.Faults;

namespace Yadokari.LabTests;

/// <summary>What hosts do for jobs, done by an ordinary user with daemons of their own and no help of root's.</summary>
public sealed class OrdinaryUserTests(OrdinaryHosts hosts) : IClassFixture<OrdinaryHosts>, IDisposable
{
    private const int JobCount = 20;

    [Fact]
    public void A_job_goes_there_and_back_and_ends_as_it_would_have()
    {
        JobTrail trail = hosts.StartTrail("one", "wanderer");

        hosts.YadoOn("one", "move", "wanderer", "two").Succeeds();
        RunsOnlyOn("two", "wanderer", trail);
        hosts.YadoOn("one", "move", "wanderer", "one").Succeeds();
        RunsOnlyOn("one", "wanderer", trail);

        hosts.YadoOn("two", "signal", "wanderer", "TERM").Succeeds();
        hosts.YadoOn("one", "wait", "wanderer").Status.ShouldBe(7);
        trail.Read();
        hosts.YadoOn("one", "logs", "wanderer").Succeeds().Output.ShouldBe($"begin\nend {trail.Last}\n");
    }

    [Fact]
    public void A_process_that_was_started_without_yado_is_adopted_and_moves()
    {
        string started = hosts.AsUser("one", "sh", "-c", $"setsid perl {hosts.File_("trail.pl")} {hosts.TrailFile("found")} </dev/null >/dev/null 2>&1 & echo $!")
            .Succeeds().Output.Trim();
        JobTrail trail = hosts.TrailOf("found");

        hosts.YadoOn("one", "adopt", started, "--name", "found").Succeeds().Output.ShouldBe("found\n");
        hosts.YadoOn("one", "move", "found", "two").Succeeds();

        RunsOnlyOn("two", "found", trail);
        // A process of root's is nobody's to adopt.
        if (Environment.IsPrivilegedProcess)
        {
            hosts.YadoOn("one", "adopt", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)).Refuses(1);
        }

        hosts.YadoOn("two", "kill", "found").Succeeds();
    }

    [Fact]
    public void A_job_can_have_no_limits_where_its_user_may_make_no_control_groups()
    {
        if (Environment.IsPrivilegedProcess)
        {
            hosts.YadoOn("one", "run", "--memory", "64M", "--", "touch", hosts.File_("ran")).Refuses(5, "a job can't have limits here");
            File.Exists(hosts.File_("ran")).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Twenty_jobs_leave_a_drained_host_whichever_daemon_dies_meanwhile()
    {
        Dictionary<string, JobTrail> trails = Enumerable.Range(1, JobCount).ToDictionary(n => $"d{n}", n => hosts.StartTrail("one", $"d{n}"));

        // Its own daemon dies in the middle: it goes on with the drain when it is started again.
        hosts.Arm("one", "source.prepared after");
        hosts.YadoOn("one", "drain", "one").Refuses(1);
        hosts.StartDaemon("one");
        HaveAll("moved", trails, hosts.YadoOn("one", "drain", "one", "--json"));
        hosts.YadoOn("one", "undrain", "one").Succeeds();
        RunOnlyOn("two", trails);

        // The target's daemon dies in the middle, and comes back.
        hosts.Arm("one", "target.prepared after");
        Task<Ending> draining = Task.Run(() => hosts.YadoOn("two", "drain", "two", "--json"));
        Until.Holds(() => hosts.HasStruck("one") || draining.IsCompleted, () => "the fault does not strike");
        hosts.StartDaemon("one");
        HaveAll("moved", trails, await draining);
        RunOnlyOn("one", trails);

        // Nobody is left, for two is drained still: they are saved, and go on where they were.
        HaveAll("saved", trails, hosts.YadoOn("one", "drain", "one", "--json"));
        trails.Keys.ShouldAllBe(name => Copies(name) == 0);
        hosts.YadoOn("one", "undrain", "one").Succeeds();
        RunOnlyOn("one", trails);

        hosts.AsUser("one", "pkill", "-KILL", "-f", hosts.File_("d[0-9]+[.]trail")).Succeeds();
        Until.Holds(() => hosts.Running("one").Count == 0, () => "a job that was killed runs on");
    }

    [Fact]
    public void A_job_that_went_down_with_its_host_goes_on_from_its_last_checkpoint()
    {
        JobTrail trail = hosts.StartTrail("one", "survivor", "--every", "1s", "--keep", "2", "--restart");
        Until.Holds(() => Job("survivor").TryGetProperty("checkpoints", out JsonElement made) && made.GetArrayLength() == 2, () => "it is not saved");

        GoesOnAfterPowerFailure("survivor", trail, static () => { });

        Job("survivor").GetProperty("epoch").GetInt32().ShouldBe(2);
        hosts.YadoOn("one", "kill", "survivor").Succeeds();
    }

    /// <summary>The checkpoint before the last is written over just then, and is none any more: the last one is whole.</summary>
    [Fact]
    public void A_job_that_went_down_with_its_host_in_the_middle_of_a_checkpoint_goes_on_from_the_one_before()
    {
        JobTrail trail = hosts.StartTrail("one", "halfway", "--every", "1s", "--keep", "1", "--restart");
        Until.Holds(() => Checkpoint("halfway") is { } made && made.GetProperty("written").GetInt64() < made.GetProperty("bytes").GetInt64() / 2, () => "each checkpoint is written whole");
        string directory = Path.GetDirectoryName(Checkpoint("halfway")!.Value.GetProperty("path").GetString()!)!;

        GoesOnAfterPowerFailure("halfway", trail, () =>
            Until.Holds(() => !File.Exists(Path.Combine(directory, "aside")), () => "no checkpoint is written over an earlier one"));

        hosts.YadoOn("one", "kill", "halfway").Succeeds();
        Until.Holds(() => !Directory.Exists(directory) || !Directory.EnumerateFiles(directory).Any(), () => $"{directory} has {string.Join(' ', Directory.EnumerateFiles(directory))}");
    }

    [Fact]
    public void A_checkpoint_that_is_recorded_stays_when_the_one_before_it_can_not_be_put_away()
    {
        hosts.StartTrail("one", "kept", "--every", "1s", "--keep", "3", "--restart");
        Until.Holds(() => Checkpoint("kept") is not null, () => "it is not saved");
        hosts.AsUser("one", "mkdir", "-p", Path.Combine(Path.GetDirectoryName(PathOf("kept"))!, "aside", "full")).Succeeds();

        HashSet<string> recorded = [];
        Until.Holds(() => recorded.Add(PathOf("kept")) && recorded.Count >= 8, () => "it is not saved any more");

        recorded.ShouldAllBe(path => File.Exists(path));
        hosts.YadoOn("one", "kill", "kept").Succeeds();

        string PathOf(string name) => Checkpoint(name)!.Value.GetProperty("path").GetString()!;
    }

    [Fact]
    public void A_journal_that_ends_in_the_middle_of_a_write_is_read_up_to_there()
    {
        JobTrail trail = hosts.StartTrail("one", "written");
        hosts.KillDaemon("one");
        // What a write leaves that the power has cut: a part of a frame behind those that are whole.
        using (FileStream journal = new(Path.Combine(hosts.Home("one"), "yadokari.db-wal"), FileMode.Append))
        {
            journal.Write(new byte[1234]);
        }

        hosts.StartDaemon("one");

        RunsOnlyOn("one", "written", trail);
        hosts.YadoOn("one", "move", "written", "two").Succeeds();
        RunsOnlyOn("two", "written", trail);
        hosts.YadoOn("two", "kill", "written").Succeeds();
    }

    public void Dispose()
    {
        foreach (string host in OrdinaryHosts.Names)
        {
            hosts.YadoOn(host, "undrain", host);
        }
    }

    /// <summary>The last one of a job; null: there is none yet.</summary>
    private JsonElement? Checkpoint(string name) =>
        Job(name).TryGetProperty("checkpoints", out JsonElement made) && made.GetArrayLength() > 0 ? made[0] : null;

    private JsonElement Job(string name) => hosts.Running("one").Single(j => j.GetProperty("name").GetString() == name);

    /// <summary>A job of host one, and the daemon.</summary>
    /// <param name="moment">Returns when it is to happen.</param>
    private void GoesOnAfterPowerFailure(string name, JobTrail trail, Action moment)
    {
        string[] processes = DownTo(Job(name).GetProperty("pid").GetInt32(), hosts.DaemonPid("one"));
        moment();
        // From the daemon down, so that nobody sees and writes down how another one ends.
        hosts.KillDaemon("one");
        hosts.AsUser("one", ["kill", "-KILL", .. processes]);
        Until.Holds(() => Copies(name) == 0, () => "it lives on without its shell");
        trail.Read();
        trail.Returns = 1;
        hosts.StartDaemon("one");
        Until.Holds(() => hosts.Running("one").Any(j => j.GetProperty("name").GetString() == name), () => "it is not resumed");
        RunsOnlyOn("one", name, trail);
    }

    private void RunsOnlyOn(string host, string name, JobTrail trail) => RunOnlyOn(host, new() { [name] = trail });

    /// <summary>Each is there once, gets on, and has left out no step and made none twice.</summary>
    private void RunOnlyOn(string host, Dictionary<string, JobTrail> trails)
    {
        // A job that was told "moved" in the last moment is released a moment later.
        Until.Holds(() => Here("one").Count() == trails.Count, () => "a job does not run");
        foreach (string asked in OrdinaryHosts.Names)
        {
            Here(asked).ShouldBe(trails.Keys.Order().Select(n => (n, host)), $"as {asked} says");
        }

        foreach ((string name, JobTrail trail) in trails)
        {
            trail.Read();
            long before = trail.Last;
            Until.Holds(() => trail.Read() && trail.Last > before, () => $"{name} stands still");
            (trail.Twice, trail.Missing).ShouldBe((0, 0), name);
            Copies(name).ShouldBe(1, name);
        }

        IEnumerable<(string Name, string Host)> Here(string asked) => hosts.Running(asked)
            .Select(j => (Name: j.GetProperty("name").GetString()!, Host: j.GetProperty("host").GetString()!)).Where(j => trails.ContainsKey(j.Name)).Order();
    }

    /// <summary>Both hosts are this machine: all copies there are.</summary>
    private int Copies(string name) => Yado.RunProgram(Yado.NoVariables, ["pgrep", "-f", hosts.TrailFile(name)]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private static void HaveAll(string outcome, Dictionary<string, JobTrail> trails, Ending drain) =>
        JsonDocument.Parse(drain.Succeeds().Output).RootElement.GetProperty("jobs").EnumerateArray()
            .Select(j => (j.GetProperty("name").GetString()!, j.GetProperty("outcome").GetString()!)).Order()
            .ShouldBe(trails.Keys.Order().Select(n => (n, outcome)), drain.Output);

    /// <summary>The processes of a job's shell from below the daemon to the job itself.</summary>
    private static string[] DownTo(int pid, int daemon)
    {
        List<string> chain = [];
        for (int at = pid; at != daemon; at = ParentOf(at))
        {
            chain.Insert(0, at.ToString(CultureInfo.InvariantCulture));
        }

        return [.. chain];
    }

    private static int ParentOf(int pid)
    {
        // proc_pid_stat(5): the name, which may hold anything, is in parentheses; state and parent follow.
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
