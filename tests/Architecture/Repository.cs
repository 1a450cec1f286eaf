namespace Architecture;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Source files below a directory of the root, without what the build makes.</summary>
    public static IReadOnlyList<string> Files(string directory, string pattern)
    {
        string start = Path.Combine(Root, directory);
        return !Directory.Exists(start)
            ? []
            : [.. Directory.EnumerateFiles(start, pattern, SearchOption.AllDirectories).Where(IsSource).Order(StringComparer.Ordinal)];
    }

    /// <summary>A path as people write it.</summary>
    public static string Name(string path) => Path.GetRelativePath(Root, path);

    private static bool IsSource(string path) =>
        !Name(path).Split('/').Any(part => part is "obj" or "bin" or "artifacts");

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Yadokari.slnx")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException($"no Yadokari.slnx above {AppContext.BaseDirectory}");
    }
}
