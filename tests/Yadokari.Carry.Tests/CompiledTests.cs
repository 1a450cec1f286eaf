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
