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
    /// <summary>A committed move of the daemon's life before: the job runs, has run, or never ran.</summary>
    private async Task ReleaseAgainAsync(IncomingMove move, CancellationToken stopping)
    {
        MoveState.Committed state = (MoveState.Committed)move.Record.State;
        MoveOffer offer = move.Record.Offer;
        for (int attempt = 0; ; attempt++)
        {
            await move.Gate.WaitAsync(stopping).ConfigureAwait(false);
            try
            {
                if (move.Record.State is not MoveState.Committed)
                {
                    return;
                }
                // A held process ends by itself when the daemon that held it dies; one that was released does not.
                bool runs = state.Held is { } held && await StaysAliveAsync(held.Main, stopping).ConfigureAwait(false);
                bool ran = home.ReadExit(offer.JobId, offer.Epoch) is not null;
                if ((runs || ran) && jobs.TryGet(offer.JobId) is { } entry && entry.Record.Epoch == offer.Epoch)
                {
                    Finish(move, entry);
                    return;
                }
                ReleaseLocked(move, state.ImageLength, null, state.ErrorsToOutput);
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
                    await ReleaseAsync(move.Record.Id).ConfigureAwait(false);
                }
            }
            catch (Exception failure) when (failure is YadoException or StoreException)
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
