using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>What people type all day: several jobs at once, a part of a log, a choice of jobs, forgetting, the daemon itself.</summary>
public sealed class EverydayTests : IDisposable
{
    private readonly OwnDaemon _here = new();

    public void Dispose() => _here.Dispose();

    [Theory]
    [InlineData("--via", "/nowhere", "is no directory here")]
    [InlineData("--accept", "nonsense", "is nothing that can be accepted")]
    [InlineData("--name", "bad/name", "is no name for a host")]
    [InlineData("--cluster", "nonsense", "")]
    public void What_a_host_was_refused_is_not_held_against_its_next_start(string option, string value, string said)
    {
        Ending refused = _here.Run("host", option, value);
        refused.Status.ShouldNotBe(0);
        refused.Errors.ShouldContain(said);

        _here.Run("run", "--", "echo", "works").Succeeds().Output.ShouldBe("works\n");
    }

    /// <summary>A file system that is not mounted now: jobs run on, and a move sends what it can't put there.</summary>
    [Fact]
    public void A_directory_that_hosts_share_may_be_away_when_a_host_starts_again()
    {
        string shared = Path.Combine(_here.Files, "shared");
        Directory.CreateDirectory(shared, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using Process host = _here.Begin("host", "--via", shared);
        Until.Holds(() => _here.Said.Contains("ready", StringComparison.Ordinal), () => $"the host does not come up: {_here.Said}");
        Sleep("stays");
        _here.Run("host", "stop").Succeeds();
        host.WaitForExit();
        Directory.Delete(shared);

        _here.Ids().Length.ShouldBe(1);
    }

    [Fact]
    public void Of_several_jobs_each_that_fails_has_a_line_and_the_others_are_done()
    {
        Sleep("one");
        Sleep("two");

        Ending ending = _here.Run("kill", "nix", "one", "nyx", "two");

        ending.Status.ShouldBe(4);
        ending.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
        ending.Errors.ShouldContain("'nix'");
        ending.Errors.ShouldContain("'nyx'");
        _here.Ids().ShouldBeEmpty();
    }

    [Fact]
    public void A_signal_goes_to_several_jobs()
    {
        Run("one", "trap 'exit 5' USR1; echo ready; while :; do sleep 0.1; done");
        Run("two", "trap 'exit 6' USR1; echo ready; while :; do sleep 0.1; done");
        foreach (string job in (string[])["one", "two"])
        {
            Until.Holds(() => _here.Run("logs", job).Succeeds().Output == "ready\n", () => "the job does not start");
        }

        _here.Run("signal", "one", "two", "USR1").Succeeds();

        _here.Run("wait", "one").Status.ShouldBe(5);
        _here.Run("wait", "two").Status.ShouldBe(6);
    }

    [Fact]
    public void Waiting_for_several_waits_for_all_and_ends_as_the_first_that_did_not_end_with_0()
    {
        Run("good", "sleep 0.5");
        Run("bad", "exit 3");
        Run("worse", "kill -9 $$");

        Ending ending = _here.Run("wait", "good", "bad", "worse");

        ending.Status.ShouldBe(3);
        ending.Errors.ShouldBe("yado: bad ended with 3\nyado: worse was killed by SIGKILL\n");
        _here.Run("wait", "good").Succeeds().Errors.ShouldBeEmpty();
        _here.Run("wait", "good", "nix").Refuses(4, "'nix'");
    }

    [Fact]
    public void The_end_of_a_log()
    {
        Run("writer", "for i in 1 2 3; do echo o$i; echo e$i >&2; done; printf rest");
        _here.Run("wait", "writer").Succeeds();

        Ending two = _here.Run("logs", "writer", "--tail", "2").Succeeds();
        two.Output.ShouldBe("o3\nrest");
        two.Errors.ShouldBe("e2\ne3\n");
        _here.Run("logs", "writer", "--tail", "0").Succeeds().Output.ShouldBeEmpty();
        _here.Run("logs", "writer", "--tail", "9").Succeeds().Output.ShouldBe("o1\no2\no3\nrest");
        _here.Run("logs", "writer", "--tail", "-1").Refuses(2);
        _here.Run("logs", "writer", "--since", "yesterday").Refuses(2);
    }

    [Fact]
    public void What_was_written_since()
    {
        string go = Path.Combine(_here.Files, "go");
        Run("writer", $"echo old; until [ -e {go} ]; do sleep 0.1; done; echo new; sleep 1000");
        Until.Holds(() => _here.Run("logs", "writer").Succeeds().Output == "old\n", () => "nothing is written");
        DateTimeOffset written = DateTimeOffset.UtcNow;
        // The daemon notes the lengths once a second.
        Until.Holds(() => DateTimeOffset.UtcNow - written > TimeSpan.FromSeconds(3), () => "time stands still");
        string moment = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture);
        File.WriteAllText(go, "");
        Until.Holds(() => _here.Run("logs", "writer").Succeeds().Output == "old\nnew\n", () => "nothing more is written");

        _here.Run("logs", "writer", "--since", moment).Succeeds().Output.ShouldBe("new\n");
        _here.Run("logs", "writer", "--since", "1h").Succeeds().Output.ShouldBe("old\nnew\n");
        _here.Run("logs", "writer", "--since", "2030-01-01").Succeeds().Output.ShouldBeEmpty();
    }

    [Fact]
    public void Jobs_are_chosen_and_ordered()
    {
        Sleep("beta");
        Sleep("alpha");
        Run("gone", "exit 0");
        _here.Run("wait", "gone").Succeeds();

        Names("ps", "--json", "--sort", "name").ShouldBe(["alpha", "beta"]);
        Names("ps", "--json").ShouldBe(["beta", "alpha"]);
        Names("ps", "--json", "--filter", "name=al*").ShouldBe(["alpha"]);
        Names("ps", "--json", "--filter", "name=alpha", "--filter", "name=beta", "--filter", "state=running").ShouldBe(["beta", "alpha"]);
        Names("ps", "--json", "--filter", "state=ended").ShouldBe(["gone"]);
        _here.Ids("--filter", "name=alpha").ShouldHaveSingleItem().ShouldBe(
            JsonDocument.Parse(_here.Run("ps", "--json", "--filter", "name=alpha").Output).RootElement[0].GetProperty("id").GetString());
        _here.Run("ps", "--filter", "colour=red").Refuses(2, "name, id, host, state");
        _here.Run("ps", "--filter", "state=runing").Refuses(2, "did you mean 'running'");
        _here.Run("ps", "--sort", "size").Refuses(2, "memory");
    }

    [Fact]
    public void Jobs_that_are_over_are_forgotten()
    {
        Sleep("alive");
        Run("first", "echo hello");
        Run("second", "exit 1");
        _here.Run("wait", "first", "second").Status.ShouldBe(1);
        string jobs = Path.Combine(_here.Files, "home", "jobs");
        Directory.GetDirectories(jobs).Length.ShouldBe(3);

        Ending ending = _here.Run("rm", "alive", "first");
        ending.Refuses(1, "'yado kill alive'");
        Names("ps", "--all", "--json").ShouldBe(["alive", "second"]);
        Directory.GetDirectories(jobs).Length.ShouldBe(2);
        _here.Run("logs", "first").Refuses(4);

        _here.Run("prune", "--older", "1h").Succeeds().Output.ShouldBe("forgot 0 jobs\n");
        _here.Run("prune").Succeeds().Output.ShouldBe("forgot 1 job\n");
        Names("ps", "--all", "--json").ShouldBe(["alive"]);
        _here.Run("host", "restart").Succeeds();
        Names("ps", "--all", "--json").ShouldBe(["alive"]);
    }

    [Fact]
    public void A_word_that_is_nearly_one_is_answered_with_it()
    {
        Sleep("solver");

        _here.Run("logs", "slover").Refuses(4, "did you mean 'solver'");
        _here.Run("mvoe").Refuses(2, "did you mean 'move'");
        _here.Run("host", "stat").Refuses(2, "did you mean 'status'");
        _here.Run("run", "--detahc", "--", "true").Refuses(2, "did you mean '--detach'");
        _here.Run("frobnicate").Errors.ShouldNotContain("did you mean");
        _here.Run("help", "move").Succeeds().Output.ShouldBe(_here.Run("move", "--help").Output);
        _here.Run("help", "lab", "up").Succeeds().Output.ShouldBe(_here.Run("lab", "up", "--help").Output);
        _here.Run("help").Succeeds().Output.ShouldBe(_here.Run("--help").Output);
        _here.Run("help", "mvoe").Refuses(2, "did you mean 'move'");
    }

    [Fact]
    public void The_daemon_is_asked_stopped_and_started_again_and_jobs_run_on()
    {
        _here.Run("host", "status").Refuses(4, "no daemon runs");
        _here.Run("host", "stop").Refuses(4);
        Sleep("job");
        int before = Pid();
        _here.Run("host", "status").Succeeds().Output.ShouldContain("started by itself");

        _here.Run("host", "restart").Succeeds();
        Pid().ShouldNotBe(before);
        _here.Run("host", "stop").Succeeds();
        _here.Run("host", "status").Refuses(4);

        Names("ps", "--json").ShouldBe(["job"]);
        _here.Run("kill", "job").Succeeds();
    }

    [Fact]
    public void A_daemon_that_started_by_itself_gives_way_and_one_that_somebody_started_does_not()
    {
        Sleep("job");

        using Process daemon = _here.Begin("host", "--name", "chosen");
        Until.Holds(() => _here.Said.Contains("ready", StringComparison.Ordinal), () => _here.Said);
        _here.Said.ShouldContain("has given way; its jobs run on");
        _here.Run("host", "status").Succeeds().Output.ShouldContain("chosen");
        Names("ps", "--json").ShouldBe(["job"]);

        _here.Run("host", "--name", "other").Refuses(1, "runs already", "'yado host stop'");

        // As it was started: by its own options, and not by itself.
        _here.Run("host", "restart").Succeeds();
        daemon.WaitForExit(TimeSpan.FromSeconds(20)).ShouldBeTrue();
        string status = _here.Run("host", "status").Succeeds().Output;
        status.ShouldContain("chosen");
        status.ShouldNotContain("started by itself");
    }

    private int Pid() => JsonDocument.Parse(_here.Run("host", "status", "--json").Succeeds().Output).RootElement.GetProperty("info").GetProperty("pid").GetInt32();

    private void Sleep(string name) => _here.Run("run", "--detach", "--name", name, "--", "sleep", "1000").Succeeds();

    private void Run(string name, string script) => _here.Run("run", "--detach", "--name", name, "--", "sh", "-c", script).Succeeds();

    private string[] Names(params IReadOnlyList<string> arguments) =>
        [.. JsonDocument.Parse(_here.Run(arguments).Succeeds().Output).RootElement.EnumerateArray().Select(j => j.GetProperty("name").GetString()!)];
}
