using System.Globalization;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Architecture;

/// <summary>The kernel's numbers stand in one table, named as in the man pages: src/Yadokari.Linux/Abi.</summary>
public sealed partial class AbiTests
{
    private const string Table = "src/Yadokari.Linux/Abi/";

    /// <summary>The rooms that see the table.</summary>
    private static readonly string[] Rooms = ["src/Yadokari.Linux", "src/Yadokari.Engine", "src/Yadokari.Daemon", "src/Yadokari.Cli"];

    [Fact]
    public void Nobody_gives_a_number_of_the_table_a_second_name()
    {
        Dictionary<string, int> table = Repository.Files("src/Yadokari.Linux/Abi", "*.cs")
            .SelectMany(File.ReadLines)
            .Select(line => Entry().Match(line))
            .Where(match => match.Success)
            .ToDictionary(match => match.Groups["name"].Value, match => Number(match.Groups["number"].Value));
        table.ShouldContainKeyAndValue("O_CLOEXEC", 0x80000);

        IEnumerable<string> seconds =
            from file in Rooms.SelectMany(room => Repository.Files(room, "*.cs"))
            let name = Repository.Name(file)
            where !name.StartsWith(Table, StringComparison.Ordinal)
            from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
            let match = Constant().Match(line.Text)
            where match.Success && table.ContainsKey(match.Groups["meant"].Value)
            select $"{name}:{line.Number}: {line.Text.Trim()}";
        seconds.ShouldBeEmpty($"take it from {Table}");
    }

    [Theory]
    [InlineData("    private const int CloseOnExec = 0x80000; // O_CLOEXEC", "O_CLOEXEC")]
    [InlineData("        const int kill = 9; // SIGKILL: nothing else ends it", "SIGKILL")]
    [InlineData("    private const int Length = 88; // as long as Linux 5.5's", "as")]
    [InlineData("    private int _closed = 1; // O_CLOEXEC", "")]
    public void The_search_sees_what_a_constant_means(string line, string meant) =>
        Constant().Match(line).Groups["meant"].Value.ShouldBe(meant);

    private static int Number(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? int.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^    public const (?:int|short) (?<name>\w+) = (?<number>-?\w+);")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\bconst \w+ \w+ = [^;]+; *// *(?<meant>\w+)")]
    private static partial Regex Constant();
}
