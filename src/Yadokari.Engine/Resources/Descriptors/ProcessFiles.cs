using System.Globalization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Files of /proc that belong to one process.</summary>
internal static class ProcessFiles
{
    /// <summary>Whose file of /proc a path leads to; null for none of a process.</summary>
    public static int? NumberOf(string path)
    {
        const string proc = "/proc/";
        return path.StartsWith(proc, StringComparison.Ordinal)
            && int.TryParse(path[proc.Length..].Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }

    /// <summary>How the resumed process finds a file of /proc again.</summary>
    /// <param name="path">As the process sees it.</param>
    /// <param name="mountPoint">Where that /proc is mounted.</param>
    /// <param name="own">The numbers of the process, in every pid namespace that knows it.</param>
    /// <returns>A path by way of <c>self</c> for its own files; the path itself where it belongs to no process; null for
    /// a file of another one.</returns>
    public static string? PathOfSelf(string path, string mountPoint, IReadOnlyList<int> own)
    {
        string root = mountPoint.TrimEnd('/');
        if (!path.StartsWith(root + "/", StringComparison.Ordinal))
        {
            return path;
        }

        string rest = path[(root.Length + 1)..];
        int end = rest.IndexOf('/');
        string first = end < 0 ? rest : rest[..end];
        return !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? path
            : own.Contains(number) ? $"{root}/self{rest[first.Length..]}"
            : null;
    }
}
