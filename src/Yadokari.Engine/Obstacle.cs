using Yadokari.Linux;

namespace Yadokari.Engine;

/// <summary>A reason why a process can't be checkpointed, found before it is touched.</summary>
/// <param name="Name">Stable, for scripts: <c>tcp-connection</c>, <c>io-uring</c>, <c>child-process</c>.</param>
/// <param name="Detail">What exactly and what the user can do, one line without a final stop.</param>
public sealed record Obstacle(string Name, string Detail)
{
    /// <summary>Names of files are in it: no line feed, nothing that a terminal would obey.</summary>
    public string Detail { get; } = KernelText.Show(Detail);

    /// <summary>The thing that is in the way, by a name of its own: of several obstacles that one thing makes, the first is told. Null: each stands
    /// for itself.</summary>
    public string? Cause { get; init; }

    /// <summary>It goes by itself as a rule, while the process runs on: a connection that waits to be accepted, a message half sent.</summary>
    public bool Passes { get; init; }

    /// <summary>The same, of a process that is named before it.</summary>
    public Obstacle By(string whose) => new(Name, whose + Detail) { Cause = Cause, Passes = Passes };

    /// <summary>Each cause once, as the first that was found says it.</summary>
    public static IReadOnlyList<Obstacle> OnePerCause(IEnumerable<Obstacle> obstacles)
    {
        HashSet<string> seen = [];
        return [.. obstacles.Where(obstacle => seen.Add(obstacle.Cause ?? obstacle.ToString()))];
    }

    public override string ToString() => $"{Name}: {Detail}";
}
