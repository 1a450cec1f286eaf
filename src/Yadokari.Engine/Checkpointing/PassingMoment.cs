using System.Diagnostics;

namespace Yadokari.Engine.Checkpointing;

/// <summary>How often, and for how long, a job is let run on when all that is in its way goes by itself: that is tried again, for a while,
/// before it is refused. One for each attempt to capture a job.</summary>
public sealed class PassingMoment(TimeSpan patience)
{
    /// <summary>Of a move or a checkpoint.</summary>
    public static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(2);
    private const int Doublings = 5;

    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>How often the job was let run on.</summary>
    public int Times { get; private set; }

    /// <summary>Whether it is worth another try, since nothing is in the way that stays.</summary>
    public bool GoesOn(IReadOnlyList<Obstacle> obstacles) =>
        obstacles.All(static obstacle => obstacle.Passes) && Stopwatch.GetElapsedTime(_started) < patience;

    /// <summary>How long to let it run now.</summary>
    public TimeSpan Next() => First * (1 << Math.Min(Times++, Doublings));
}
