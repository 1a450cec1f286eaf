using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Engine;
using Yadokari.Engine.Resume;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Moves;

/// <content>What goes on after a daemon or a source was gone for a while.</content>
public sealed partial class MoveTarget
{
    private readonly List<IncomingMove> _unfinished = [];
    private Task _deleting = Task.CompletedTask;

    /// <summary>At the start of the daemon, before anyone can ask: the moves are known again. What was not prepared is dropped.</summary>
    public void LoadUnfinished()
    {
        List<string> over = [];
        foreach (MoveRecord record in store.LoadMoves().Where(m => m.Role == MoveRole.Target && m.Offer.Service is null))
        {
            IncomingMove move = new(record, null);
            _moves[record.Id] = move;
            switch (record.State)
            {
                case MoveState.Released or MoveState.Aborted:
                    // What the journal says now is on the disk since it was opened (HostDatabase).
                    over.Add(record.Id);
                    break;
                case MoveState.Prepared:
                    // A job that took the name meanwhile does not keep this one from being released: names are a convenience.
                    move.Name = jobs.TryReserveName(record.Offer.JobName);
                    _unfinished.Add(move);
                    break;
                case MoveState.Committed:
                    _unfinished.Add(move);
                    break;
                default:
                    Drop(move, "the target's daemon was restarted");
                    break;
            }
        }
        // There may be thousands, and a directory of another machine may keep whoever looks at it waiting.
        _deleting = Task.Run(() => over.ForEach(DeleteImage));
    }

    /// <summary>Goes on with what <see cref="LoadUnfinished"/> found: what was prepared asks its source; what was committed is
    /// released, unless it runs already. Returns when all are over.</summary>
    public Task FinishUnfinishedAsync(CancellationToken stopping) => Task.WhenAll(_unfinished.Select(
        m => m.Record.State is MoveState.Committed ? ReleaseAgainAsync(m, stopping) : WatchSourceAsync(m, askNow: true, stopping)).Append(_deleting.WaitAsync(stopping)));

    /// <summary>A committed move of the daemon's life before.</summary>
    private async Task ReleaseAgainAsync(IncomingMove move, CancellationToken stopping)
    {
        for (int attempt = 0; ; attempt++)
        {
            await move.Gate.WaitAsync(stopping).ConfigureAwait(false);
            try
            {
                if (move.Record.State is MoveState.Committed state)
                {
                    await ReleaseCommittedAsync(move, state, stopping).ConfigureAwait(false);
                }
                return;
            }
            catch (Exception failure) when (failure is YadoException or StoreException or EngineException)
            {
                LogReleaseFailed(logger, move.Record.Id, failure.Message);
            }
            finally
            {
                move.Gate.Release();
            }
            await Task.Delay(pace.Delay(attempt), stopping).ConfigureAwait(false);
        }
    }

    /// <summary>The release was begun before, by this daemon or its life before: the job runs, has run, or never ran.</summary>
    private async Task ReleaseCommittedAsync(IncomingMove move, MoveState.Committed state, CancellationToken stopping)
    {
        MoveOffer offer = move.Record.Offer;
        JobEntry? entry = jobs.TryGet(offer.JobId);
        bool over = entry is not null && (entry.Record.Epoch > offer.Epoch || (entry.Record.Epoch == offer.Epoch && !entry.Record.IsHere));
        // What is held still was not released. A held process ends by itself when the daemon that held it dies; one that was released does
        // not. It is the shell that is looked at: it ends last, when the status is written.
        bool runs = !over && move.Held is null && state.Held is { } held && await StaysAliveAsync(held.Shell, stopping).ConfigureAwait(false);
        bool ran = home.ReadExit(offer.JobId, offer.Epoch) is not null;
        if (over || ((runs || ran) && entry?.Record.Epoch == offer.Epoch))
        {
            Finish(move, entry!);
            return;
        }
        ReleaseLocked(move, state.ImageLength, state.Held);
    }

    private async Task<bool> StaysAliveAsync(ProcessIdentity process, CancellationToken stopping)
    {
        if (!processes.IsAlive(process))
        {
            return false;
        }
        try
        {
            await processes.WaitGoneAsync(process, stopping).WaitAsync(TimeSpan.FromSeconds(1), stopping).ConfigureAwait(false);
            return false;
        }
        catch (TimeoutException)
        {
            return processes.IsAlive(process);
        }
    }

    /// <summary>Asks a source that has become silent, until the move is over.</summary>
    private async Task WatchSourceAsync(IncomingMove move, bool askNow, CancellationToken stopping)
    {
        int attempt = 0;
        while (!move.Record.State.IsFinal)
        {
            TimeSpan wait = attempt == 0 && !askNow ? pace.SilenceBeforeAsking : pace.Delay(attempt);
            await Task.Delay(wait, stopping).ConfigureAwait(false);
            if (move.Silence < pace.SilenceBeforeAsking && !askNow)
            {
                attempt = 0;
                continue;
            }
            attempt++;
            try
            {
                MoveStatus status = await oracle.AskAsync(move.Record, stopping).ConfigureAwait(false);
                if (status.Verdict == MoveVerdict.Abort)
                {
                    await AbortAsync(move.Record.Id).ConfigureAwait(false);
                }
                else if (status.Verdict == MoveVerdict.Commit && move.Record.State.Phase is MovePhase.Prepared or MovePhase.Committed)
                {
                    await ReleaseAsync(move.Record.Id, stopping).ConfigureAwait(false);
                }
            }
            catch (Exception failure) when (failure is YadoException or StoreException or EngineException or IOException)
            {
                LogSourceSilent(logger, move.Record.Id, move.Record.PeerAddress, failure.Message);
                if (move.Record.State.Phase < MovePhase.Prepared && move.Silence >= pace.SilenceBeforeDropping)
                {
                    // The source cannot commit what was never prepared.
                    await AbortAsync(move.Record.Id).ConfigureAwait(false);
                }
            }
        }
    }
}
