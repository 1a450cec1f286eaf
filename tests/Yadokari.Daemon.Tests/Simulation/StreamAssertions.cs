using Shouldly;

namespace Yadokari.Daemon.Tests.Simulation;

internal static class StreamAssertions
{
    /// <summary>The job of the world writes both its streams to its log.</summary>
    public static void ShouldBeLogs(this IReadOnlyList<int> inherited) => inherited.ShouldBe([1, 2]);
}
