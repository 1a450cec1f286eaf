using System.Diagnostics;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>
/// The trace of a move: a span for the whole, below it one for each phase at the source, and below these what the target was asked
/// meanwhile. Made only while somebody collects them (OpenTelemetry), else it costs a comparison. Follows the flow of a move
/// (<see cref="Activity.Current"/>), and is known to no part of it. Thread-safe.
/// </summary>
public static class MoveTrace
{
    public const string SourceName = "Yadokari.Moves";

    private const string Name = "move";
    private const string PhaseKey = "phase";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>One move, from its begin to its end.</summary>
    /// <param name="to">The host that it goes to.</param>
    public static async Task<MoveReport> FollowAsync(JobRecord job, string? to, Func<Task<MoveReport>> act)
    {
        if (Activity.Current?.Source != Source)
        {
            // That of the web server, which nobody collects: a span below it would not be collected either.
            Activity.Current = null;
        }
        using Activity? move = Source.StartActivity(Name);
        move?.SetTag("yadokari.job.name", job.Name).SetTag("yadokari.job.id", job.Id).SetTag("yadokari.move.target", to);
        try
        {
            MoveReport report = await act().ConfigureAwait(false);
            move?.SetTag("yadokari.move.target", report.Job.Host)
                .SetTag("yadokari.move.bytes", report.Bytes)
                .SetTag("yadokari.move.rounds", report.Rounds)
                .SetTag("yadokari.move.downtime_ms", report.DowntimeMilliseconds);
            return report;
        }
        catch (Exception failure)
        {
            move?.SetStatus(ActivityStatusCode.Error, failure.Message);
            throw;
        }
        finally
        {
            (move?.GetCustomProperty(PhaseKey) as Activity)?.Dispose();
        }
    }

    /// <summary>The move that the caller makes has come that far.</summary>
    public static void Enter(MovePhase phase)
    {
        Activity? move = Activity.Current;
        if (move is null || move.Source != Source)
        {
            return;
        }
        while (move.OperationName != Name)
        {
            if (move.Parent is not { } above)
            {
                return;
            }
            move = above;
        }
        (move.GetCustomProperty(PhaseKey) as Activity)?.Dispose();
        Activity.Current = move;
        move.SetCustomProperty(PhaseKey, Source.StartActivity(NameOf(phase)));
    }

    /// <summary>What this host does for the move of another one; null: nobody collects it, or the request belongs to none.</summary>
    /// <param name="parent">What the request says of itself; anything.</param>
    public static Activity? Serve(string parent, string name) =>
        Source.HasListeners() && ActivityContext.TryParse(parent, null, isRemote: true, out ActivityContext span)
            ? Source.StartActivity(name, ActivityKind.Server, span)
            : null;

    /// <summary>What is done until the next phase.</summary>
    private static string NameOf(MovePhase phase) => phase switch
    {
        MovePhase.Reserved => "reserve",
        MovePhase.Copying => "copy",
        MovePhase.Frozen => "stand still",
        MovePhase.Sent => "prepare",
        MovePhase.Prepared => "commit",
        MovePhase.Committed => "release",
        _ => phase.ToString().ToLowerInvariant(),
    };
}
