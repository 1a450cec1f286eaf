using System.Diagnostics;
using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace Yadokari.Carry.Tests;

/// <summary>The made code, by the compiler and as it runs: what is saved in one process is there in another.</summary>
public sealed class CompiledTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("yado-carry-").FullName;

    [Fact]
    public void All_kinds_of_variables_come_back()
    {
        Make("kinds", null);

        Run(Path.Combine(_directory, "kinds"), "save", Path.Combine(_directory, "state")).ShouldBe((0, ""));
        Run(Path.Combine(_directory, "kinds"), "restore", Path.Combine(_directory, "state")).ShouldBe((0, "all is as it was\n"));
    }

    [Fact]
    public void What_is_restored_twice_is_as_saved_last()
    {
        Make("kinds", null);

        Run(Path.Combine(_directory, "kinds"), "twice", Path.Combine(_directory, "state")).ShouldBe((0, "all is as it was\n"));
    }

    [Fact]
    public void The_last_has_what_changed_since_it_was_sent_ahead_and_nothing_else()
    {
        Make("kinds", null);

        Run(Path.Combine(_directory, "kinds"), "rest", Path.Combine(_directory, "state")).ShouldBe((0, "all is as it was\n"));
    }

    [Theory]
    [InlineData("CARRY_VERSION(3)", "CARRY_VERSION(4)", "all is as it was")]
    [InlineData("CARRY_VERSION(3)", "CARRY_VERSION(2)", "the state is of CARRY_VERSION 3, newer than the program on this host (2)")]
    [InlineData("CARRY_BOUND(1 << 20)", "CARRY_BOUND(1 << 21)", "says the same CARRY_VERSION (3): it was changed between the hosts")]
    public void An_older_state_is_taken_and_what_a_changed_program_can_t_know_is_refused(string right, string other, string said)
    {
        string state = Path.Combine(_directory, "state");
        Make("kinds", null);
        Run(Path.Combine(_directory, "kinds"), "save", state).ShouldBe((0, ""));

        Make("kinds", text => text.Replace(right, other, StringComparison.Ordinal));

        Run(Path.Combine(_directory, "kinds"), "restore", state).Said.ShouldContain(said);
    }

    [Fact]
    public void A_newer_program_takes_a_state_without_its_new_variable_and_with_one_that_is_gone()
    {
        string state = Path.Combine(_directory, "state");
        Make("kinds", text => text.Replace("extern int hooked CARRY_HOOK(move_hooked);", "extern int arrivals;", StringComparison.Ordinal));
        Run(Path.Combine(_directory, "kinds"), "save", state).ShouldBe((0, ""));

        Make("kinds", text => text.Replace("CARRY_VERSION(3)", "CARRY_VERSION(4)", StringComparison.Ordinal));

        // The variable that is new has its initial value, which the program notices, and nothing else is amiss.
        Run(Path.Combine(_directory, "kinds"), "restore", state).Said.ShouldContain("hooked == 9 * of");
    }

    [Theory]
    [InlineData("extern int number;", "extern int nunber;", "undeclared")]
    [InlineData("extern int number;", "extern long number;", "'number' is not of the type long in the program")]
    [InlineData("extern double means[3];", "extern double means[4];", "'means' is not of the type double[4] in the program")]
    [InlineData("char *name CARRY_STRING(20);", "", "struct item has other members than those described here")]
    [InlineData("char *name CARRY_STRING(20);", "const char **name CARRY_NOT;", "member 'name' of struct item is not of the type char ** in the program")]
    [InlineData("CARRY_AFTER(arrived)", "CARRY_AFTER(number)", "'number' is not void number(void)")]
    [InlineData("CARRY_HOOK(move_hooked)", "CARRY_HOOK(arrived)", "'arrived' is not bool_t arrived(XDR *)")]
    public void What_the_program_has_otherwise_is_an_error_of_the_compiler_at_the_line_of_the_header(string right, string wrong, string message)
    {
        string[] header = File.ReadAllLines(Source("kinds_carry.h"));
        int line = 1 + Array.FindIndex(header, l => l.Contains(right, StringComparison.Ordinal));
        line.ShouldBeGreaterThan(0);

        (int status, string said) = Make("kinds", text => text.Replace(right, wrong, StringComparison.Ordinal), expected: null);

        status.ShouldNotBe(0);
        // gcc quotes the quotes of a message.
        string[] errors = [.. said.Replace("\\'", "'", StringComparison.Ordinal).Split('\n').Where(l => l.Contains(" error: ", StringComparison.Ordinal))];
        errors.ShouldContain(l => l.Contains(message, StringComparison.Ordinal) && l.Contains("kinds_carry.h:", StringComparison.Ordinal), said);
        if (wrong.Length > 0)
        {
            errors.ShouldContain(l => l.Contains($"kinds_carry.h:{line}:", StringComparison.Ordinal) && l.Contains(message, StringComparison.Ordinal), said);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private (int Status, string Said) Make(string name, Func<string, string>? change, int? expected = 0)
    {
        string header = File.ReadAllText(Source($"{name}_carry.h"));
        string made = Path.Combine(_directory, $"{name}.carried.c");
        File.WriteAllText(made, CarryGenerator.Generate(change is null ? header : change(header), $"{name}_carry.h", Source($"{name}.c"), include => include));
        string library = Path.Combine(Source(""), "../../../src/mrpc");
        (int Status, string Said) done = Run(
            "gcc", "-Wall", "-Wextra", "-fsanitize=address,undefined", "-g", $"-I{library}", "-I/usr/include/tirpc", made, Path.Combine(library, "state.c"),
            Path.Combine(library, "wire.c"), "-o", Path.Combine(_directory, name), "-ltirpc");
        if (expected is { } status)
        {
            done.Said.ShouldNotContain("warning");
            done.Status.ShouldBe(status, done.Said);
        }
        return done;
    }

    private static (int Status, string Said) Run(params string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Result + errors);
    }

    private static string Source(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "programs", name);
}
