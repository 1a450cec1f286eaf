using System.Diagnostics;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>What a shell offers while a command line is typed, and what comes on a terminal.</summary>
public sealed partial class CompletionTests : IDisposable
{
    private readonly OwnDaemon _here = new();

    public CompletionTests() => _here.Run("run", "--detach", "--name", "solver", "--", "sleep", "1000").Succeeds();

    public void Dispose() => _here.Dispose();

    [Theory]
    [InlineData("mov", "move")]
    [InlineData("kill so", "solver")]
    [InlineData("kill other so", "solver")]
    [InlineData("signal solver USR", "USR1 USR2")]
    [InlineData("rm so", "")]
    [InlineData("ps --so", "--sort")]
    [InlineData("ps --sort m", "memory")]
    [InlineData("ps --filter sta", "state=")]
    [InlineData("host st", "status stop")]
    [InlineData("lab u", "up")]
    [InlineData("help undr", "undrain")]
    [InlineData("slurm r", "run")]
    [InlineData("slurm run --a", "--ahead --ask")]
    [InlineData("run --detach so", "")]
    [InlineData("run -- so", "")]
    [InlineData("explain tcp", "tcp-connection")]
    [InlineData("completions ", "bash fish zsh")]
    [InlineData("ma", "")]
    public void A_beginning_is_completed(string typed, string words) =>
        string.Join(' ', Complete(typed).Select(line => line.Split('\t')[0])).ShouldBe(words);

    [Fact]
    public void A_job_says_where_it_is_and_a_host_is_offered()
    {
        Complete("logs so").ShouldHaveSingleItem().ShouldStartWith("solver\trunning on ");
        Complete("move solver ").ShouldHaveSingleItem();
    }

    [Fact]
    public void Without_a_daemon_nothing_is_offered_started_or_said()
    {
        string home = Path.Combine(_here.Files, "nobody");

        Ending ending = Yado.Run(new Dictionary<string, string> { ["YADO_HOME"] = home }, "complete", "--", "kill", "");

        ending.Succeeds();
        (ending.Output + ending.Errors).ShouldBeEmpty();
        Directory.Exists(home).ShouldBeFalse();
    }

    [Theory]
    [InlineData("bash", "COMP_WORDS=(yado kill so); COMP_CWORD=2; source <(yado completions bash); _yado; echo \"${COMPREPLY[@]}\"")]
    [InlineData("zsh", "autoload -Uz compinit; compinit -u -D; source <(yado completions zsh); whence -w _yado | grep -q function; echo solver")]
    [InlineData("fish", "yado completions fish | source; complete -C 'yado kill so' | string split -f1 \\t")]
    public void A_shell_completes(string shell, string script)
    {
        ProcessStartInfo start = new(shell, ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(Yado.Program)}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["YADO_HOME"] = Path.Combine(_here.Files, "home");
        start.Environment["HOME"] = _here.Files;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        output.Trim().ShouldBe("solver", process.StandardError.ReadToEnd());
    }

    [Fact]
    public void A_name_is_explained()
    {
        Ending ending = Yado.Run(Yado.NoVariables, "explain", "io-uring").Succeeds();
        ending.Output.ShouldContain("io_uring");
        ending.Output.ShouldContain("UV_USE_IO_URING=0");
        Yado.Run(Yado.NoVariables, "explain").Succeeds().Output.ShouldContain("shared-descriptor");
        Yado.Run(Yado.NoVariables, "explain", "io-urnig").Refuses(4, "did you mean 'io-uring'");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("NO_COLOR=1", false)]
    public void Colours_come_on_a_terminal_and_not_with_NO_COLOR(string variable, bool coloured)
    {
        string shown = OnTerminal($"env -u NO_COLOR {variable} {Yado.Program} doctor || true", 100);

        shown.ShouldContain("kernel");
        Colour().IsMatch(shown).ShouldBe(coloured);
    }

    [Fact]
    public void Letters_that_take_two_columns_are_counted_as_two()
    {
        _here.Run("run", "--detach", "--name", "wide", "--", "sh", "-c", ": " + new string('蟹', 100) + "; sleep 1000").Succeeds();

        string line = OnTerminal($"{Yado.Program} ps --filter name=wide", 120).Split('\n').Single(l => l.StartsWith("wide", StringComparison.Ordinal)).TrimEnd('\r');

        line.ShouldEndWith("…");
        line.Sum(letter => letter == '蟹' ? 2 : 1).ShouldBeInRange(119, 120);
    }

    private string[] Complete(string typed) =>
        _here.Run(["complete", "--", .. typed.Split(' ')]).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private string OnTerminal(string command, int columns) => Yado.RunProgram(
        new Dictionary<string, string> { ["YADO_HOME"] = Path.Combine(_here.Files, "home"), ["TERM"] = "xterm-256color" },
        ["script", "-qec", $"stty cols {columns} rows 40; {command}", "/dev/null"]).Succeeds().Output;

    [GeneratedRegex(@"\e\[(3[0-7]|9[0-7]|38;5;\d+)m")]
    private static partial Regex Colour();
}
