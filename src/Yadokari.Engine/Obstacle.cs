using Yadokari.Linux;

namespace Yadokari.Engine;

/// <summary>A reason why a process can't be checkpointed, found before it is touched.</summary>
/// <param name="Name">Stable, for scripts: <c>tcp-connection</c>, <c>io-uring</c>, <c>child-process</c>.</param>
/// <param name="Detail">What exactly and what the user can do, one line without a final stop.</param>
public sealed record Obstacle(string Name, string Detail)
{
    /// <summary>Names of files are in it: no line feed, nothing that a terminal would obey.</summary>
    public string Detail { get; } = KernelText.Show(Detail);

    public override string ToString() => $"{Name}: {Detail}";
}
