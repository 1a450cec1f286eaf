using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>docs/first-steps.md, done as it is written.</summary>
public sealed partial class FirstStepsTests
{
    [Fact]
    public void Every_command_of_the_first_steps_does_what_the_page_says()
    {
        string directory = Directory.CreateTempSubdirectory("yado-first-steps-").FullName;
        Dictionary<string, string> environment = new()
        {
            ["YADO_HOME"] = Path.Combine(directory, "home"),
            ["YADO_LAB_DIR"] = Path.Combine(directory, "lab"),
            ["PATH"] = $"{Path.Combine(directory, "bin")}:{Environment.GetEnvironmentVariable("PATH")}",
        };
        Directory.CreateDirectory(Path.Combine(directory, "bin"));
        File.CreateSymbolicLink(Path.Combine(directory, "bin", "yado"), Yado.Program);
        string[] boxes = [.. Box().Matches(File.ReadAllText(Path.Combine(Yado.Root(), "docs", "first-steps.md"))).Select(m => m.Groups[1].Value)];
        boxes.Length.ShouldBeGreaterThanOrEqualTo(4);
        try
        {
            foreach (string line in boxes.SelectMany(b => b.Split('\n', StringSplitOptions.RemoveEmptyEntries)))
            {
                // What a step leaves running has its own output.
                Ending ending = Yado.RunProgram(environment, ["bash", "-c", $"cd {directory} && {line}"]);
                ending.Status.ShouldBe(0, $"{line}\n{ending.Output}{ending.Errors}");
                if (line.EndsWith("yado logs pi", StringComparison.Ordinal))
                {
                    ending.Output.ShouldBe(Yado.RunProgram(environment, ["bash", "-c", "echo 'scale=3000; 4*a(1)' | bc -l | md5sum"]).Output);
                }
            }
        }
        finally
        {
            Yado.Run(environment, "lab", "down");
            Yado.RunProgram(environment, ["bash", "-c", "jobs=$(yado ps --quiet) && [ -z \"$jobs\" ] || yado kill $jobs; yado host stop"]);
            Directory.Delete(directory, recursive: true);
        }
    }

    [GeneratedRegex(@"^```sh\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Box();
}
