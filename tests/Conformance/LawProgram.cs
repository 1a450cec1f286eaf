namespace Yadokari.Conformance;

/// <summary>A program of the suite, as its source describes it (see <c>programs/law.h</c>).</summary>
/// <param name="Obstacles">For a program that can't be carried: a pattern for each obstacle's name.</param>
internal sealed record LawProgram(
    string Name,
    string Sentence,
    IReadOnlySet<string> Words,
    Ending Expected,
    IReadOnlyList<string> Obstacles)
{
    /// <summary>It polls while it waits, so it can be moved several times.</summary>
    public bool Polls => !Words.Contains("once") && !Words.Contains("stopped");

    public bool NeedsRoot => Words.Contains("root");

    /// <summary>How the tool ends when it can't be carried.</summary>
    public Ending Refusal => new(false, Words.Contains("refused") ? 1 : 3);

    /// <summary>What <c>spawn</c> makes it the leader of: session, group or none.</summary>
    public string Leader => Words.Contains("group") ? "group" : Words.Contains("member") ? "none" : "session";

    /// <summary>All programs under <paramref name="folder"/> (empty: the suite itself), by name.</summary>
    public static IReadOnlyList<LawProgram> All(string folder = "") =>
        [.. Directory.EnumerateFiles(Path.Combine(Checkout.Programs, folder), "*.c")
            .Where(path => Path.GetFileName(path) != "spawn.c")
            .Select(Read)
            .OrderBy(program => program.Name, StringComparer.Ordinal)];

    public static LawProgram Named(string name, string folder = "") =>
        Read(Path.Combine(Checkout.Programs, folder, name + ".c"));

    private static LawProgram Read(string path)
    {
        string[] head = [.. File.ReadLines(path).TakeWhile(line => line.StartsWith("//", StringComparison.Ordinal))];
        if (head.Length == 0)
        {
            throw new InvalidDataException($"{path}: the first line must be a comment that says what the program proves");
        }

        string[] words = [.. head
            .Where(line => line.StartsWith("// law: ", StringComparison.Ordinal))
            .SelectMany(line => line["// law: ".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        return new LawProgram(
            Path.GetFileNameWithoutExtension(path),
            head[0][2..].Trim(),
            words.ToHashSet(StringComparer.Ordinal),
            ExpectedEnding(words),
            [.. head
                .Where(line => line.StartsWith("// obstacle: ", StringComparison.Ordinal))
                .Select(line => line["// obstacle: ".Length..].Trim())]);
    }

    private static Ending ExpectedEnding(string[] words)
    {
        int status = Array.IndexOf(words, "status");
        int killed = Array.IndexOf(words, "killed");
        return status >= 0 ? new Ending(false, int.Parse(words[status + 1]))
            : killed >= 0 ? new Ending(true, int.Parse(words[killed + 1]))
            : new Ending(false, 0);
    }
}
