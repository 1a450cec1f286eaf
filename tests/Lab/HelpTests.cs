using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>What the command line says of itself.</summary>
public sealed partial class HelpTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    public static TheoryData<string> Commands =>
    [
        "run", "ps", "hosts", "top", "policy", "owner", "move", "checkpoint", "resume", "inspect", "wait", "logs", "kill", "signal", "host", "cluster", "doctor", "lab", "demo",
        "drain", "undrain", "adopt", "carry", "rm", "prune", "help", "explain", "completions", "web", "attach", "check", "slurm",
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_explains_itself(string command)
    {
        string help = Yado.Run(Nothing, command, "--help").Succeeds().Output;

        help.ShouldContain($"yado {command}");
        Yado.Run(Nothing, "help", command).Succeeds().Output.ShouldBe(help, "as it is among all commands");
        help.ShouldNotContain("Yadokari.Cli", Case.Sensitive, "a type in place of what it stands for");
        Undescribed().Matches(help).Select(m => m.Value).ShouldBeEmpty("an option or argument without a description");
    }

    [Theory]
    [InlineData("run", "yado run -- python3 simulate.py")]
    [InlineData("move", "yado move sim h2")]
    [InlineData("checkpoint", "yado checkpoint 4711 -o job.ctx")]
    [InlineData("resume", "yado resume job.ctx")]
    [InlineData("inspect", "--plan")]
    [InlineData("lab", "yado lab up 2")]
    [InlineData("slurm", "yado slurm run -- ./simulate")]
    [InlineData("cluster", "yado cluster init")]
    [InlineData("policy", "yado policy threshold limit=3 every=2")]
    [InlineData("top", "yado top --once")]
    [InlineData("owner", "yado owner present")]
    [InlineData("drain", "yado drain h1 --within 60s")]
    [InlineData("undrain", "yado undrain h1")]
    [InlineData("adopt", "yado adopt 4711 --name sim")]
    public void Examples_show_the_usual_way(string command, string example)
    {
        Yado.Run(Nothing, command, "--help").Succeeds().Output.ShouldContain(example);
    }

    [Fact]
    public void The_overview_lists_every_command_and_the_exit_statuses()
    {
        string help = Yado.Run(Nothing, "--help").Succeeds().Output;

        foreach (string command in Commands)
        {
            help.ShouldContain($"  {command} ");
        }

        help.Split('\n').Max(line => line.Length).ShouldBeLessThan(160, "a column that is as wide as all names together");
        help.ShouldContain("3 the job has obstacles");
        help.ShouldNotContain("--work");
    }

    [Theory]
    [InlineData]
    [InlineData("frobnicate")]
    [InlineData("run")]
    [InlineData("run", "--cpu", "v9", "--", "true")]
    [InlineData("checkpoint", "1234")]
    [InlineData("resume")]
    [InlineData("signal", "job", "NOSUCH")]
    [InlineData("inspect", "file", "--plan", "--json")]
    [InlineData("ps", "extra")]
    [InlineData("lab", "up", "2", "--cpus", "0")]
    [InlineData("top", "--seconds", "0")]
    [InlineData("owner", "asleep")]
    [InlineData("policy", "replay")]
    [InlineData("drain")]
    [InlineData("drain", "h1", "--self")]
    [InlineData("drain", "h1", "--within", "soon")]
    [InlineData("drain", "h1", "--rate", "-5")]
    [InlineData("undrain")]
    [InlineData("adopt", "sim")]
    [InlineData("run", "--restart", "--", "true")]
    [InlineData("run", "--keep", "3", "--", "true")]
    [InlineData("run", "--every", "0s", "--", "true")]
    [InlineData("top", "--seconds", "soon")]
    [InlineData("owner", "maybe")]
    [InlineData("completions", "tcsh")]
    [InlineData("ps", "--quiet", "--json")]
    [InlineData("slurm", "run")]
    [InlineData("slurm", "run", "--ahead", "soon", "--", "true")]
    public void Wrong_usage_ends_with_2_and_one_line(params string[] arguments)
    {
        Ending ending = Yado.Run(Nothing, arguments);

        ending.Refuses(2, "--help");
        ending.Errors.TrimEnd('\n').ShouldNotContain("\n");
        ending.Output.ShouldBeEmpty();
    }

    [Fact]
    public void The_doctor_judges_everything_and_says_what_to_do()
    {
        Ending ending = Yado.Run(Nothing, "doctor");

        ending.Status.ShouldBeOneOf(0, 1);
        foreach (string name in (string[])["kernel", "ptrace", "user-namespaces", "pid-time-namespaces", "thread-ids", "userfaultfd", "memory-layout", "disk", "processor"])
        {
            ending.Output.ShouldContain(name);
        }
    }

    [GeneratedRegex(@"^  [-<]((?! {2}\S).)*$", RegexOptions.Multiline)]
    private static partial Regex Undescribed();
}
