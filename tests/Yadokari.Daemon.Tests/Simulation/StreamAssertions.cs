using Shouldly;

namespace Yadokari.Daemon.Tests.Simulation;

internal static class StreamAssertions
{
    /// <summary>The job of the world writes both its streams to its log.</summary>
    public static void ShouldBeLogsIn(this IReadOnlyList<string?> files, string directory)
    {
        files[0].ShouldBeNull();
        files.Skip(1).Select(Path.GetFileName).ShouldBe(["stdout", "stderr"]);
        files.Skip(1).ShouldAllBe(file => file!.StartsWith(directory, StringComparison.Ordinal));
    }
}
