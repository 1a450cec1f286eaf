using Spectre.Console;
using Yadokari.Protocol.Drains;

namespace Yadokari.Cli;

/// <summary>How far a drain is, on standard error: a bar on a terminal, else nothing.</summary>
public static class DrainDisplay
{
    public static Task<DrainReport> RunAsync(Func<Action<DrainProgress>?, Task<DrainReport>> drain)
    {
        if (Console.IsErrorRedirected)
        {
            return drain(null);
        }

        Progress bars = Output.Error.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new ElapsedTimeColumn());
        return bars.StartAsync(context =>
        {
            ProgressTask bar = context.AddTask("draining");
            return drain(progress =>
            {
                bar.MaxValue = Math.Max(progress.Total, 1);
                bar.Value = progress.Done;
                string last = progress.Job is { } job ? $", {job.Name} {job.Outcome.ToString().ToLowerInvariant()}" : "";
                bar.Description = Output.Title($"{progress.Done} of {progress.Total}{last}");
            });
        });
    }
}
