using System.Buffers;
using System.Text.Json;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Store;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <content>The files of a move, what is dropped, and what goes on after a daemon or a source was gone for a while.</content>
public sealed partial class ServiceMoveTarget
{
    private readonly List<IncomingService> _prepared = [];
    private readonly List<Task> _dropping = [];

    /// <summary>At the start of the daemon, before anyone can ask: the moves are known again. What was not prepared is dropped.</summary>
    public void LoadUnfinished()
    {
        foreach (MoveRecord record in store.LoadMoves().Where(m => m.Role == MoveRole.Target && m.Offer.Service is not null))
        {
            IncomingService move = new(record, null);
            _moves[record.Id] = move;
            switch (record.State)
            {
                case MoveState.Released or MoveState.Aborted:
                    DeleteFiles(record.Id);
                    break;
                case MoveState.Prepared:
                    move.Name = jobs.TryReserveName(record.Offer.JobName);
                    _prepared.Add(move);
                    break;
                default:
                    _dropping.Add(GiveUpAsync(move, "the target's daemon was restarted"));
                    break;
            }
        }
    }

    /// <summary>Asks the sources of what <see cref="LoadUnfinished"/> found prepared. Returns when all are over.</summary>
    public Task FinishUnfinishedAsync(CancellationToken stopping) =>
        Task.WhenAll(_dropping.Concat(_prepared.Select(m => WatchSourceAsync(m, askNow: true, stopping))));

    private string StatePath(string move) => home.Image(move) + ".state";

    private string RoundPath(string move, int round) => $"{home.Image(move)}.round-{round}";

    /// <summary>Of the rounds that have come, in their order; also after a restart of the daemon.</summary>
    private IEnumerable<string> RoundPaths(string move) => Enumerable.Range(1, Limits.MaxAllStateRounds).Select(r => RoundPath(move, r)).TakeWhile(File.Exists);

    private string DeltaPath(string move) => home.Image(move) + ".delta";

    private string PlacePath(string move) => home.Image(move) + ".place";

    private ServicePlace? LoadPlace(string move) =>
        File.Exists(PlacePath(move)) ? JsonSerializer.Deserialize(File.ReadAllBytes(PlacePath(move)), ProtocolJson.Default.ServicePlace) : null;

    private void DeleteFiles(string move)
    {
        foreach (string path in (string[])[StatePath(move), .. RoundPaths(move).Reverse(), DeltaPath(move), PlacePath(move)])
        {
            File.Delete(path);
        }
    }

    private static async Task<long> KeepAsync(string path, Stream content, CancellationToken cancellation)
    {
        await using FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using IMemoryOwner<byte> rented = MemoryPool<byte>.Shared.Rent(1 << 18);
        Memory<byte> buffer = rented.Memory;
        int count;
        // Few large pieces: each costs a switch of threads.
        while ((count = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false)) > 0)
        {
            if (file.Position + count > Limits.MaxStateBytes)
            {
                throw new IOException($"the state is over the bound of {Limits.MaxStateBytes} bytes");
            }
            await file.WriteAsync(buffer[..count], cancellation).ConfigureAwait(false);
        }
        return file.Position;
    }

    private async Task GiveUpAsync(IncomingService move, string reason)
    {
        await move.Gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!move.Record.State.IsFinal)
            {
                await DropAsync(move, reason).ConfigureAwait(false);
            }
        }
        finally
        {
            move.Gate.Release();
        }
    }

    private async Task DropAsync(IncomingService move, string reason)
    {
        MoveOffer offer = move.Record.Offer;
        HeldFacts? held = move.Instance?.Processes ?? (move.Record.State as MoveState.Prepared)?.Held;
        move.Record = move.Record with { State = new MoveState.Aborted(reason) };
        try
        {
            store.Save(null, move.Record, durable: false);
        }
        catch (StoreException failure)
        {
            // After a restart it is dropped again, or asks its source, which says abort.
            LogSourceSilent(logger, move.Record.Id, move.Record.PeerAddress, failure.Message);
            move.IsUnwritten = true;
        }
        move.Close();
        if (held is not null)
        {
            launcher.End(held);
        }
        else
        {
            await launcher.LeaveAsync(offer.JobId, offer.Epoch, CancellationToken.None).ConfigureAwait(false);
        }
        DeleteFiles(move.Record.Id);
        EarlierMoves.DeleteDirectory(offer, jobs, home);
        LogDropped(logger, move.Record.Id, reason);
    }

    /// <summary>Asks a source that has become silent, until the move is over.</summary>
    private async Task WatchSourceAsync(IncomingService move, bool askNow, CancellationToken stopping)
    {
        int attempt = 0;
        while (!move.Record.State.IsFinal && !stopping.IsCancellationRequested)
        {
            TimeSpan wait = attempt == 0 && !askNow ? pace.SilenceBeforeAsking : pace.Delay(attempt);
            await Task.Delay(wait, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!askNow && move.Silence < pace.SilenceBeforeAsking)
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
                else if (status.Verdict == MoveVerdict.Commit)
                {
                    await ReleaseAsync(move.Record.Id).ConfigureAwait(false);
                }
            }
            catch (Exception failure) when (failure is YadoException or StoreException or IOException)
            {
                LogSourceSilent(logger, move.Record.Id, move.Record.PeerAddress, failure.Message);
                if (move.Record.State.Phase < MovePhase.Prepared && move.Silence >= pace.SilenceBeforeDropping)
                {
                    // The source cannot commit what was never prepared.
                    await AbortAsync(move.Record.Id).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
