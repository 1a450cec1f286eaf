using System.Runtime.InteropServices;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Streams;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Cli.Streams;

/// <summary>Shows a job's terminal to its end, or until it is left.</summary>
public static class TerminalVisit
{
    /// <param name="keys">Null: no input.</param>
    /// <param name="redraw">The program began to draw before this.</param>
    /// <returns>The exit status: the job's, or when it was left 0, or as of a process that the signal has ended.</returns>
    public static async Task<int> RunAsync(JobRoute route, JobInfo job, DetachKeys? keys, AttachedStreams at, bool redraw, CancellationToken cancel)
    {
        TerminalEnd end;
        using (TerminalCaller caller = new(route, keys, at, cancel))
        {
            end = await caller.RunAsync(redraw).ConfigureAwait(false);
        }
        if (end.IsOver)
        {
            return JobEnding.StatusOf(await route.WaitAsync().ConfigureAwait(false));
        }
        if (end.By != PosixSignal.SIGHUP)
        {
            Console.Error.WriteLine($"yado: {job.Name} runs on: 'yado attach {job.Name}' shows its terminal again");
        }
        const int signalled = 128;
        return end.By switch
        {
            PosixSignal.SIGHUP => signalled + SIGHUP,
            PosixSignal.SIGTERM => signalled + SIGTERM,
            _ => ExitStatus.Done,
        };
    }
}
