namespace Yadokari.Conformance;

/// <summary>Where things lie: the sources of the programs, what they are compiled to, the tool under test.</summary>
internal static class Checkout
{
    /// <summary>The root of the repository, found upwards from the test assembly.</summary>
    public static string Root { get; } = FindRoot();

    public static string Programs { get; } = Path.Combine(Root, "tests", "Conformance", "programs");

    public static string Compiled { get; } = Path.Combine(Root, "artifacts", "conformance");

    /// <summary>The tool under test: $YADO, else what <c>dotnet publish</c> put into artifacts.</summary>
    public static string Tool { get; } = Environment.GetEnvironmentVariable("YADO") is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : Path.Combine(Root, "artifacts", "yado", "yado");

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Yadokari.slnx")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no Yadokari.slnx above {AppContext.BaseDirectory}");
    }
}
