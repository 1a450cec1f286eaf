using Spectre.Console;
using Yadokari.Engine.Checkpointing;

namespace Yadokari.Cli;

/// <summary>A progress bar on standard error while something large is done; nothing when that is not a terminal.</summary>
public static class ProgressDisplay
{
    /// <summary>Runs a capture and shows how far it is.</summary>
    public static T Run<T>(string title, Func<IProgress<CaptureProgress>?, T> work)
    {
        if (Console.IsErrorRedirected)
        {
            return work(null);
        }

        return Columns(Output.Error.Progress()).Start(context =>
        {
            ProgressTask task = context.AddTask(Output.Title(title)).IsIndeterminate();
            return work(new Bar(task));
        });
    }

    /// <summary>The columns that every bar of yado has; the bar goes away when it is done.</summary>
    public static Progress Columns(Progress progress) => progress
        .AutoClear(true)
        .HideCompleted(false)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new FiguresColumn(new DownloadedColumn()), new FiguresColumn(new TransferSpeedColumn()));

    // Progress<T> would post to the thread pool; a bar only takes two numbers.
    private sealed class Bar(ProgressTask task) : IProgress<CaptureProgress>
    {
        public void Report(CaptureProgress value)
        {
            task.IsIndeterminate = false;
            task.MaxValue = Math.Max(value.Total, 1);
            task.Value = value.Done;
        }
    }
}
