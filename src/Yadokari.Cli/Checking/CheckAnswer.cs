using Yadokari.Engine;

namespace Yadokari.Cli.Checking;

/// <summary>What <c>yado check</c> says.</summary>
public sealed record CheckAnswer
{
    /// <summary>Null: a process that is no job.</summary>
    public string? Job { get; init; }

    /// <summary>Where the job runs; null of a process that is no job: here.</summary>
    public string? Host { get; init; }

    public required int Pid { get; init; }

    /// <summary>Nothing that can be seen is in the way.</summary>
    public bool Movable => Status == ExitStatus.Done;

    public required IReadOnlyList<Advice> Obstacles { get; init; }

    /// <summary>The host that was asked; null: none.</summary>
    public string? Target { get; init; }

    public IReadOnlyList<Advice> Refusals { get; init; } = [];

    /// <summary>Why the host takes no jobs from there at all.</summary>
    public string? RefusedAll { get; init; }

    /// <summary>Names of the obstacles that only a job that stands still can have found.</summary>
    public required IReadOnlyList<string> Unseen { get; init; }

    internal int Status => Obstacles.Count > 0 ? ExitStatus.Obstacles : Refusals.Count > 0 || RefusedAll is not null ? ExitStatus.Refused : ExitStatus.Done;

    private string What => Job ?? $"process {Pid}";

    private string Act => Job is null ? "saved" : "moved";

    public void Print()
    {
        if (Obstacles.Count > 0)
        {
            Write($"{What} can't be {Act} as it is:", Obstacles);
        }

        if (RefusedAll is not null)
        {
            Console.WriteLine($"{Target} refuses {What}: {PlainText.Of(RefusedAll)}");
        }
        else if (Refusals.Count > 0)
        {
            Write($"{Target} refuses {What}:", Refusals);
        }
        else if (Obstacles.Count == 0)
        {
            Console.WriteLine($"{What} can be {Act}{(Target is null ? "" : $" to {Target}")}: nothing is in the way");
        }
        else if (Target is not null)
        {
            Console.WriteLine($"{Target} would take it");
        }

        Console.WriteLine($"not looked for, since only a job that stands still tells: {string.Join(", ", Unseen)}");
    }

    private static void Write(string heading, IReadOnlyList<Advice> list)
    {
        Console.WriteLine(heading);
        for (int i = 0; i < list.Count; i++)
        {
            Console.WriteLine($"  {list[i].Name}: {PlainText.Of(list[i].Detail)}");
            // What helps against several of one kind stands below the last.
            if (list[i].Do is { } help && (i + 1 == list.Count || list[i + 1].Name != list[i].Name))
            {
                Console.WriteLine($"    do: {help}");
            }
        }
    }
}
