using System.Collections.Concurrent;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Scheduling;
using Yadokari.Scheduling;

namespace Yadokari.Daemon.Tests.Scheduling;

/// <summary>A program as the policy: what a good one can do, and what a bad one cannot.</summary>
public sealed class ProgramPolicyTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    private readonly string _directory = Directory.CreateTempSubdirectory("yado-policy-").FullName;
    private readonly ConcurrentQueue<string> _words = new();
    private readonly ManualTime _time = new();

    [Fact]
    public void It_reads_views_and_its_plans_are_taken()
    {
        using ProgramPolicy policy = Make("while read -r view; do case $view in *'\"a1\"'*) echo '{\"moves\":[{\"job\":\"a1\",\"host\":\"b\",\"reason\":\"why not\"}]}';; *) echo '{\"moves\":[]}';; esac; done");

        policy.Decide(View("a1")).Moves.ShouldBe([new PlannedMove("a1", "b", "why not")]);
        policy.Decide(View("a2")).Moves.ShouldBeEmpty();
        policy.Trouble.ShouldBeNull();
        Starts().ShouldBe(1);
    }

    [Theory]
    [InlineData("exit 7", "it ended")]
    [InlineData("read -r view; exit 0", "it ended")]
    [InlineData("read -r view; echo 'hello world'; cat", "is no plan")]
    [InlineData("read -r view; echo '{\"moves\":[{\"job\":1}]}'; cat", "is no plan")]
    [InlineData("read -r view; echo null; cat", "is no plan")]
    [InlineData("read -r view; printf '{}\\n{}\\n'; cat", "is no plan|more than one line")]
    [InlineData("read -r view; head -c 3000000 /dev/zero", "longer than")]
    public void Whatever_else_it_does_the_plan_is_empty_and_it_is_told(string script, string trouble)
    {
        using ProgramPolicy policy = Make(script);

        policy.Decide(View("a1")).Moves.ShouldBeEmpty();

        trouble.Split('|').ShouldContain(t => policy.Trouble!.Contains(t, StringComparison.Ordinal));
        _words.ShouldContain(policy.Trouble!);
    }

    [Theory]
    [InlineData("read -r view; exec sleep 1000")]
    [InlineData("exec sleep 1000")]
    [InlineData("read -r view; printf '{\"moves\":'; exec sleep 1000")]
    public void One_that_hangs_is_ended_in_time(string script)
    {
        using ProgramPolicy policy = Make($"echo $$ >{Pid}; {script}", Short);

        policy.Decide(View("a1", 5000)).Moves.ShouldBeEmpty();

        policy.Trouble!.ShouldContain("did not answer within");
        // It may have been ended before it could write its pid.
        if (File.Exists(Pid) && int.TryParse(File.ReadAllText(Pid), out int pid))
        {
            Directory.Exists($"/proc/{pid}").ShouldBeFalse();
        }
    }

    /// <summary>Chosen when all was well; a link on its path is everybody's now.</summary>
    [Fact]
    public void It_is_looked_at_each_time_it_is_started()
    {
        using ProgramPolicy policy = Make("read -r view; echo '{\"moves\":[]}'");
        policy.Decide(View("a1"));
        policy.Trouble.ShouldBeNull();
        policy.Decide(View("a1")); // it has ended after one answer
        File.SetUnixFileMode(_directory, (UnixFileMode)0x1FF);
        _time.Pass(Long);

        policy.Decide(View("a1")).Moves.ShouldBeEmpty();

        policy.Trouble!.ShouldContain($"it is not run: everybody may write {_directory}");
        Starts().ShouldBe(1);
    }

    [Fact]
    public void One_that_ended_is_started_again_after_a_pause_that_grows()
    {
        using ProgramPolicy policy = Make("exit 1");
        policy.Decide(View("a1"));
        policy.Decide(View("a1"));
        Starts().ShouldBe(1);

        _time.Pass(TimeSpan.FromSeconds(1));
        policy.Decide(View("a1"));
        Starts().ShouldBe(2);

        _time.Pass(TimeSpan.FromSeconds(1));
        policy.Decide(View("a1"));
        Starts().ShouldBe(2);

        _time.Pass(TimeSpan.FromSeconds(1));
        policy.Decide(View("a1"));
        Starts().ShouldBe(3);
    }

    [Fact]
    public void One_that_is_no_program_is_told()
    {
        using ProgramPolicy policy = new(Path.Combine(_directory, "none"), Long, Long, _time, _words.Enqueue);

        policy.Decide(View("a1")).Moves.ShouldBeEmpty();

        policy.Trouble!.ShouldContain(Path.Combine(_directory, "none"));
    }

    [Fact]
    public void What_it_says_on_its_standard_error_comes_line_by_line()
    {
        using ProgramPolicy policy = Make("echo 'I saw it' >&2; read -r view; echo '{\"moves\":[]}'; cat >/dev/null");

        policy.Decide(View("a1"));

        SpinWait.SpinUntil(() => _words.Contains("I saw it"), Long).ShouldBeTrue();
    }

    [Fact]
    public void It_ends_with_the_policy()
    {
        ProgramPolicy policy = Make($"echo $$ >{Pid}; read -r view; echo '{{\"moves\":[]}}'; exec sleep 1000");
        policy.Decide(View("a1"));
        int pid = int.Parse(File.ReadAllText(Pid));
        Directory.Exists($"/proc/{pid}").ShouldBeTrue();

        policy.Dispose();

        Directory.Exists($"/proc/{pid}").ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Pid => Path.Combine(_directory, "pid");

    private int Starts() => File.ReadAllLines(Path.Combine(_directory, "starts")).Length;

    private ProgramPolicy Make(string script, TimeSpan? patience = null)
    {
        string path = Path.Combine(_directory, "policy");
        // Written by another process: a file this process had open for writing could not be executed while any child that
        // another test forks still holds it (ETXTBSY).
        string text = $"#!/bin/sh\necho >>{_directory}/starts\n{script}\n";
        using System.Diagnostics.Process writer = System.Diagnostics.Process.Start("/bin/sh", ["-c", "printf %s \"$1\" >\"$2\" && chmod 700 \"$2\"", "sh", text, path]);
        writer.WaitForExit();
        return new ProgramPolicy(path, patience ?? Long, patience ?? Long, _time, _words.Enqueue);
    }

    private static ClusterView View(string job, int hosts = 1) => new()
    {
        Now = 1,
        Seed = 2,
        Hosts = [.. Enumerable.Range(0, hosts).Select(n => new HostView { Name = $"h{n}", Cpus = 1, RunQueue = 2 })],
        Jobs = [new JobView { Id = job, Host = "a" }],
    };
}
