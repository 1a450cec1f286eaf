using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Draining;

/// <summary>
/// Empties this host: it takes no more jobs, and each one it has moves to another host, else is saved, else runs on and
/// is told. Journaled: what a daemon had not finished when it died goes on when it is started again, by the same clock.
/// </summary>
public sealed partial class Drainer(
    IDrainedHost host, IDrainJournal journal, HostSelf self, CancellationToken stopping, ILogger<Drainer> logger, TimeProvider? time = null)
{
    /// <summary>Moves at once. With a bound on the rate it is one: shared, each job would stand still for longer.</summary>
    private const int Parallel = 4;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private DrainRun? _run;

    /// <summary>Begins a drain, or joins the one under way.</summary>
    /// <exception cref="StoreException">It could not be written down; nothing has begun.</exception>
    public DrainRun Start(DrainHost request)
    {
        lock (_lock)
        {
            if (_run is { Report: null, GivenUp: null } going)
            {
                return going;
            }
            DrainRecord record = new(request, _time.GetUtcNow(), Finished: false, []);
            journal.SetDraining(true);
            self.Draining = true;
            journal.Save(record);
            return Begin(record);
        }
    }

    /// <summary>After a start of the daemon: goes on with what its life before did not finish.</summary>
    public void ContinueUnfinished()
    {
        lock (_lock)
        {
            if (self.Draining && journal.Load() is { Finished: false } record)
            {
                LogContinued(logger, record.Started);
                Begin(record);
            }
        }
    }

    /// <summary>The host takes jobs again; a drain under way ends. What has left stays where it is.</summary>
    public async Task StopAsync()
    {
        DrainRun? run;
        lock (_lock)
        {
            run = _run;
            _run = null;
            journal.SetDraining(false);
            self.Draining = false;
            if (run is { Report: null })
            {
                journal.Save(run.Record with { Finished = true, Jobs = run.Jobs });
            }
        }
        if (run is not null)
        {
            await run.Cancel.CancelAsync().ConfigureAwait(false);
            await run.Task.ConfigureAwait(false);
        }
    }

    private DrainRun Begin(DrainRecord record)
    {
        DrainRun run = new(record);
        _run = run;
        run.Task = Task.Run(() => RunAsync(run), CancellationToken.None);
        return run;
    }

    private async Task RunAsync(DrainRun run)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stopping, run.Cancel.Token);
        try
        {
            DrainClock clock = new(run.Record.Started, _time);
            JobDrainer drainer = new(host, self, run.Record, clock, logger);
            HashSet<string> done = [.. run.Jobs.Where(j => j.Outcome == DrainOutcome.Kept).Select(j => j.Id)];
            int parallel = run.Record.Request.BytesPerSecond is null ? Parallel : 1;
            while (true)
            {
                List<JobEntry> jobs = [.. host.Running.Where(e => !done.Contains(e.Record.Id)).OrderBy(e => host.BytesOf(e.Record))];
                run.Expect(jobs.Count);
                if (jobs.Count > 0)
                {
                    int left = jobs.Count;
                    await System.Threading.Tasks.Parallel.ForEachAsync(
                        jobs,
                        new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = either.Token },
                        async (job, cancellation) =>
                        {
                            DrainedJob outcome = await drainer.DrainAsync(job, cancellation).ConfigureAwait(false);
                            Conclude(run, outcome, Interlocked.Decrement(ref left));
                        }).ConfigureAwait(false);
                    done.UnionWith(jobs.Select(j => j.Record.Id));
                }
                else if (!host.IsExpecting || IsLate(run.Record, clock))
                {
                    break;
                }
                else
                {
                    // A job that was agreed on before is still on its way here, or its source gives it up.
                    await Task.Delay(TimeSpan.FromMilliseconds(100), either.Token).ConfigureAwait(false);
                }
            }
            AddUnseen(run);
            DrainReport report = new(self.Name, run.Jobs, clock.Passed.TotalMilliseconds);
            journal.Save(run.Record with { Finished = true, Jobs = report.Jobs });
            run.Finish(report);
            LogFinished(logger, report.Jobs.Count, report.Milliseconds);
        }
        catch (OperationCanceledException)
        {
            run.GiveUp(stopping.IsCancellationRequested
                ? $"the daemon of {self.Name} stops; it goes on with the drain when it is started again"
                : $"host {self.Name} was undrained meanwhile");
        }
        catch (Exception failure)
        {
            LogFailed(logger, failure);
            run.GiveUp($"the drain failed: {failure.Message}");
        }
    }

    /// <summary>What is on its way here is waited for no longer than the drain may take: its source may never say what became of it.</summary>
    private static bool IsLate(DrainRecord record, DrainClock clock) =>
        record.Request.WithinSeconds is { } within && clock.Passed >= TimeSpan.FromSeconds(within);

    /// <summary>What left in the moment in which the daemon of before died: the move was brought to its end, and nobody wrote it down here.</summary>
    private void AddUnseen(DrainRun run)
    {
        HashSet<string> seen = [.. run.Jobs.Select(j => j.Id)];
        foreach (JobEntry job in host.GoneSince(run.Record.Started).Where(e => !seen.Contains(e.Record.Id)))
        {
            if (JobDrainer.Over(job) is { } outcome)
            {
                run.Add(outcome, 0);
            }
        }
    }

    private void Conclude(DrainRun run, DrainedJob outcome, int left)
    {
        run.Add(outcome, left);
        LogOutcome(logger, outcome.Name, outcome.Outcome, outcome.Host ?? outcome.File ?? outcome.Detail ?? "");
        lock (_lock)
        {
            if (_run != run)
            {
                return;
            }
            try
            {
                journal.Save(run.Record with { Jobs = run.Jobs });
            }
            catch (StoreException failure)
            {
                // Only the report of a drain that goes on after a restart would lack this job.
                LogFailed(logger, failure);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "the drain of {Started} goes on")]
    private static partial void LogContinued(ILogger logger, DateTimeOffset started);

    [LoggerMessage(Level = LogLevel.Information, Message = "drain: job {Job} {Outcome} {Where}")]
    private static partial void LogOutcome(ILogger logger, string job, DrainOutcome outcome, string where);

    [LoggerMessage(Level = LogLevel.Information, Message = "drained: {Jobs} jobs in {Milliseconds} ms")]
    private static partial void LogFinished(ILogger logger, int jobs, double milliseconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "the drain failed")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
