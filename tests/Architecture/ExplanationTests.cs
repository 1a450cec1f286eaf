using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Architecture;

/// <summary>Every name that an obstacle or a refusal is printed with is explained by <c>yado explain</c>.</summary>
public sealed partial class ExplanationTests
{
    /// <summary>Names in the sources: of what is made where obstacles are found, and where a target refuses.</summary>
    private static IReadOnlyDictionary<string, string> Used { get; } =
        Repository.Files("src/Yadokari.Engine", "*.cs").Concat(Repository.Files("src/Yadokari.Daemon", "*.cs"))
            .Select(file => (File: file, Text: File.ReadAllText(file)))
            .SelectMany(source => Named().Matches(source.Text)
                .Concat(source.Text.Contains("Obstacle", StringComparison.Ordinal) ? New().Matches(source.Text) : [])
                .Select(match => (Name: match.Groups[1].Value, source.File)))
            .GroupBy(found => found.Name)
            .ToDictionary(found => found.Key, found => Repository.Name(found.First().File));

    private static IReadOnlyList<string> Explained { get; } =
        [.. Repository.Files("src/Yadokari.Cli/Explain", "*.cs").SelectMany(file => New().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value)];

    private static IReadOnlyList<string> Documented { get; } =
        [.. File.ReadLines(Path.Combine(Repository.Root, "docs/limits.md")).SelectMany(line => Row().Match(line).Groups[1].Captures).Select(c => c.Value)];

    [Fact]
    public void No_name_in_the_sources_is_forgotten()
    {
        Used.Count.ShouldBeGreaterThan(80);
        Used.Where(used => !Explained.Contains(used.Key)).Select(used => $"{used.Key} ({used.Value})")
            .ShouldBeEmpty("say what it means and what to do in src/Yadokari.Cli/Explain");
    }

    [Fact]
    public void Every_obstacle_of_the_documentation_is_explained()
    {
        Documented.Count.ShouldBeGreaterThan(60);
        Documented.Where(name => Used.ContainsKey(name) && !Explained.Contains(name)).ShouldBeEmpty();
        Explained.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty("explained twice");
    }

    [Fact]
    public void Every_obstacle_is_in_the_documentation()
    {
        string limits = File.ReadAllText(Path.Combine(Repository.Root, "docs/limits.md"));
        Explained.Where(name => Used.ContainsKey(name) && !limits.Contains($"`{name}`", StringComparison.Ordinal)).ShouldBeEmpty("name it in docs/limits.md");
    }

    [GeneratedRegex("""(?:Obstacle|ObstacleInfo|Refuse)\(\s*(?:[\w.]+,\s*)*"([a-z0-9]+(?:-[a-z0-9]+)*)"\s*,""")]
    private static partial Regex Named();

    [GeneratedRegex("""(?<![\w.])new\(\s*"([a-z0-9]+(?:-[a-z0-9]+)*)"\s*,""")]
    private static partial Regex New();

    [GeneratedRegex(@"^\| (?:`([a-z0-9-]+)`(?:, )?)+ \|")]
    private static partial Regex Row();
}
