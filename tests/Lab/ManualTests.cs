using System.Diagnostics;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>Manual pages, pkg-config and what else an installation of the C library has.</summary>
public sealed partial class ManualTests : IDisposable
{
    private readonly string _prefix = Directory.CreateTempSubdirectory("yado-man-").FullName;

    private string ManDirectory => Path.Combine(_prefix, "share/man");

    [Fact]
    public void Every_command_has_a_page_that_says_what_its_help_says()
    {
        Yado.Run(new Dictionary<string, string>(), "man", "--output", ManDirectory).Succeeds();

        string overview = Read("man1/yado.1");
        foreach (string command in HelpTests.Commands)
        {
            string help = Yado.Run(new Dictionary<string, string>(), command, "--help").Succeeds().Output;
            string page = Render($"man1/yado-{command}.1");

            overview.ShouldContain($"yado\\-{command}");
            foreach (string option in Option().Matches(help).Select(m => m.Value).Distinct())
            {
                page.ShouldContain(option, Case.Sensitive, command);
            }
        }
        Render("man1/yado-lab-up.1").ShouldContain("--cluster");
        Render("man1/yado.1").ShouldContain("the target refused");
    }

    [Fact]
    public void An_installed_library_has_a_page_for_each_function_and_builds_the_sample()
    {
        string root = Yado.Root(), build = Path.Combine(_prefix, "build");
        PmsPrograms.Run("make", "-s", "-C", Path.Combine(root, "src/pms"), "install", $"OUT={build}", $"PREFIX={_prefix}");

        string header = File.ReadAllText(Path.Combine(_prefix, "include/pms.h"));
        string[] functions = [.. Function().Matches(Comment().Replace(header, "")).Select(m => m.Groups[1].Value).Distinct()];
        functions.Length.ShouldBeGreaterThan(12);
        foreach (string function in functions)
        {
            Render($"man3/{function}.3").ShouldContain($"{function}(");
        }
        string overview = Render("man7/pms.7");
        functions.ShouldAllBe(f => overview.Contains(f, StringComparison.Ordinal));
        Render("man3/pms_hold.3").ShouldContain("EDEADLK");

        // As its page and its README say, with nothing but what is installed; by the static library and by the shared one.
        string program = Path.Combine(_prefix, "orbit"), output = Path.Combine(_prefix, "output");
        foreach (string link in (string[])["", "-static"])
        {
            PmsPrograms.Run("sh", "-ec",
                $"export PKG_CONFIG_PATH={_prefix}/lib/pkgconfig; gcc -O2 {root}/samples/pms-c/orbit.c -o {program} {link} $(pkg-config --cflags --libs {(link.Length > 0 ? "--static" : "")} pms) -lm");
            PmsPrograms.Run("env", $"LD_LIBRARY_PATH={_prefix}/lib", $"YADO_HOME={_prefix}", program, output, "3", "10");
            File.ReadAllLines(output).Length.ShouldBe(3);
        }
    }

    public void Dispose() => Directory.Delete(_prefix, recursive: true);

    private string Read(string page) => File.ReadAllText(Path.Combine(ManDirectory, page));

    /// <summary>The page as people see it; whatever the formatter has to say of it is a failure.</summary>
    private string Render(string page)
    {
        using Process groff = Process.Start(new ProcessStartInfo("groff", ["-man", "-Tutf8", "-P-cbou", "-ww", "-rLL=400n", page])
        {
            WorkingDirectory = ManDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> warnings = groff.StandardError.ReadToEndAsync();
        string text = groff.StandardOutput.ReadToEnd();
        warnings.Result.ShouldBeEmpty(page);
        groff.WaitForExit();
        groff.ExitCode.ShouldBe(0, page);
        return text;
    }

    [GeneratedRegex(@"(?<=\s)--[a-z-]+")]
    private static partial Regex Option();

    [GeneratedRegex(@"\b(pms_[a-z_]+)\(")]
    private static partial Regex Function();

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
