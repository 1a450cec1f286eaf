using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Architecture;

/// <summary>What every source file must be like.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 500;

    private static IEnumerable<string> AllSources => Repository.Files("src", "*.cs").Concat(Repository.Files("tests", "*.cs"));

    [Fact]
    public void No_file_is_longer_than_500_lines()
    {
        AllSources.Select(f => (Name: Repository.Name(f), Lines: File.ReadLines(f).Count()))
            .Where(f => f.Lines > MaxLines)
            .Select(f => $"{f.Name}: {f.Lines} lines")
            .ShouldBeEmpty("split it by what it is about");
    }

    [Fact]
    public void Nothing_is_left_to_be_written()
    {
        Search(Unfinished(), "src").ShouldBeEmpty();
    }

    [Fact]
    public void No_folder_is_a_bag_of_leftovers()
    {
        AllSources.SelectMany(f => Repository.Name(f).Split('/'))
            .Where(part => part is "Utils" or "Helpers" or "Common" or "Manager" or "Misc")
            .Distinct()
            .ShouldBeEmpty();
    }

    [Fact]
    public void Tests_wait_for_states_instead_of_sleeping()
    {
        // A short pause inside a loop that has a deadline is how a state is polled; a bare pause is a guess.
        Search(LongSleep(), "tests").ShouldBeEmpty();
    }

    [Fact]
    public void There_is_one_licence()
    {
        string[] licences = [.. Directory.EnumerateFiles(Repository.Root, "LICENSE*", SearchOption.TopDirectoryOnly).Select(Repository.Name)];

        licences.ShouldBe(["LICENSE"]);
        File.ReadAllText(Path.Combine(Repository.Root, "LICENSE")).ShouldContain("MIT License");
    }

    [GeneratedRegex(@"\bNotImplementedException\b|\bTODO\b|\bFIXME\b|\bHACK\b|\bXXX\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"Thread\.Sleep\(\s*([2-9]\d\d|\d{4,})\s*\)|Task\.Delay\(\s*([2-9]\d\d|\d{4,})\s*\)|Sleep\(TimeSpan\.FromSeconds")]
    private static partial Regex LongSleep();

    private static IEnumerable<string> Search(Regex wanted, string directory) =>
        from file in Repository.Files(directory, "*.cs")
        where Path.GetFileName(file) != "SourceTests.cs"
        from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
        where wanted.IsMatch(line.Text)
        select $"{Repository.Name(file)}:{line.Number}: {line.Text.Trim()}";
}
