namespace Yadokari.Engine;

/// <summary>A reason why a process can't be checkpointed, found before it is touched.</summary>
/// <param name="Name">Stable, for scripts: <c>tcp-connection</c>, <c>io-uring</c>, <c>child-process</c>.</param>
/// <param name="Detail">What exactly and what the user can do, one line without a final stop.</param>
public sealed record Obstacle(string Name, string Detail)
{
    public override string ToString() => $"{Name}: {Detail}";
}
