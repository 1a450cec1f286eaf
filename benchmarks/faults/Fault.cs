namespace Yadokari.Faults;

/// <summary>One fault: what, and at which step of the move.</summary>
/// <param name="SourceStep">Step and moment at the source; null: nothing is armed there.</param>
/// <param name="TargetStep">Step and moment at the target.</param>
/// <param name="Delay">Milliseconds from the step to the death of a daemon; how long a link is cut; free bytes of a full disk.</param>
public sealed record Fault(FaultKind Kind, string? SourceStep, string? TargetStep, int Delay)
{
    private static readonly string[] AtSource =
    [
        "source.reserved before", "source.reserved after", "source.copying after", "source.frozen before", "source.frozen after",
        "source.sent before", "source.sent after", "source.prepared before", "source.prepared after", "source.committed before",
        "source.committed after", "source.released before", "source.released after",
    ];

    private static readonly string[] AtTarget =
    [
        "target.reserved before", "target.reserved after", "target.copying before", "target.copying after", "target.sent before",
        "target.sent after", "target.prepared before", "target.prepared after", "target.committed before", "target.committed after",
        "target.released before", "target.released after",
    ];

    /// <summary>The next fault of a campaign: every step has its turn, the rest is drawn.</summary>
    public static Fault Draw(FaultKind kind, int turn, Random random)
    {
        string source = AtSource[turn % AtSource.Length];
        string target = AtTarget[turn % AtTarget.Length];
        // Half of the deaths strike just at the step, half somewhere behind it.
        int delay = random.Next(2) == 0 ? 0 : random.Next(1, 60);
        return kind switch
        {
            FaultKind.SourceDaemon => new(kind, source, null, delay),
            FaultKind.TargetDaemon => new(kind, null, target, delay),
            FaultKind.BothDaemons => new(kind, source, AtTarget[random.Next(AtTarget.Length)], delay),
            FaultKind.CutLink => random.Next(2) == 0 ? new(kind, source, null, random.Next(50, 1500)) : new(kind, null, target, random.Next(50, 1500)),
            FaultKind.FullDisk => new(kind, null, "target.reserved after", random.Next(0, 24 << 20)),
            FaultKind.SourceHost => new(kind, source, null, 0),
            _ => new(kind, null, target, 0),
        };
    }
}
