namespace Yadokari.Cli.Explain;

/// <summary>All names, by what they are about. A test compares them with the names that the sources use.</summary>
public static class Explanations
{
    /// <summary>Each group, with its heading.</summary>
    public static IReadOnlyList<(string Heading, IReadOnlyList<Explanation> Names)> Groups { get; } =
    [
        ("The process", ProcessObstacles.All),
        ("Memory", MemoryObstacles.All),
        ("Descriptors", [.. DescriptorObstacles.All, .. SocketObstacles.All]),
        ("What the target lacks", TargetLacks.All),
        ("Why a host refuses", Refusals.All),
    ];

    public static IEnumerable<Explanation> All => Groups.SelectMany(g => g.Names);

    /// <summary>Null: there is no such name.</summary>
    public static Explanation? Find(string name) => All.FirstOrDefault(e => e.Name == name);
}
