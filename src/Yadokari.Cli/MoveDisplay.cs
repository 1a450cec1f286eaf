using Spectre.Console;
using Yadokari.Protocol.Moves;

namespace Yadokari.Cli;

/// <summary>A progress bar for a move on standard error; nothing when that is not a terminal.</summary>
public static class MoveDisplay
{
    public static Task<MoveReport> RunAsync(string title, Func<Action<MoveProgress>?, Task<MoveReport>> move)
    {
        if (Console.IsErrorRedirected)
        {
            return move(null);
        }

        return ProgressDisplay.Columns(Output.Error.Progress()).StartAsync(context =>
        {
            ProgressTask bar = context.AddTask(Output.Title(title)).IsIndeterminate();
            return move(progress =>
            {
                bar.Description = Output.Title(progress.PendingCalls > 0
                    ? $"{title}: waiting for {progress.PendingCalls} {(progress.PendingCalls == 1 ? "call" : "calls")} to end"
                    : $"{title}: {progress.Phase.ToString().ToLowerInvariant()}{(progress is { Phase: MovePhase.Copying, Round: > 1 } ? $", round {progress.Round}" : "")}");
                bar.IsIndeterminate = progress is { Total: 0, Bytes: 0 };
                bar.MaxValue = Math.Max(Math.Max(progress.Total, progress.Bytes), 1);
                bar.Value = Math.Max(bar.Value, progress.Bytes);
            });
        });
    }
}
