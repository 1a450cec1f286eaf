using Yadokari.Engine;
using Yadokari.Engine.Checkpointing;

namespace Yadokari.Daemon.Engine;

/// <summary>How an act of a keeper ended.</summary>
/// <param name="Message">Null: it is done.</param>
/// <param name="Error">Of an <see cref="EngineException"/>.</param>
/// <param name="Obstacles">Of an <see cref="ObstacleException"/>; null for every other failure.</param>
/// <param name="Report">Of <see cref="KeeperAct.Capture"/>.</param>
/// <param name="Look">Of <see cref="KeeperAct.Look"/>.</param>
public sealed record KeeperAnswer(string? Message, EngineError Error, IReadOnlyList<Obstacle>? Obstacles, CaptureReport? Report, JobLook? Look = null)
{
    public static KeeperAnswer Done(CaptureReport? report = null) => new(null, default, null, report);

    public static KeeperAnswer Seen(JobLook look) => new(null, default, null, null, look);
}
