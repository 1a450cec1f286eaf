using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Store;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <summary>Earlier moves of a job that comes again to the same host. They have its epoch, and so its directory: nothing of them may
/// happen any more when the new one begins, now or after a restart.</summary>
internal static class EarlierMoves
{
    /// <summary>Asks about those that are under way, for a source that was killed may have given them up and not come to say so; and
    /// waits for those whose files are being removed.</summary>
    /// <param name="abort">Gives up a move, by its id.</param>
    /// <param name="silent">Told of a source that can't be asked: the move stays.</param>
    public static async Task EndAsync(
        IEnumerable<Incoming> moves, string job, IMoveOracle oracle, Func<string, Task> abort, Action<MoveRecord, string> silent, CancellationToken stopping)
    {
        foreach (Incoming earlier in moves.Where(m => m.Record.Offer.JobId == job).ToList())
        {
            try
            {
                if (!earlier.Record.State.IsFinal
                    && (await oracle.AskAsync(earlier.Record, stopping).ConfigureAwait(false)).Verdict == MoveVerdict.Abort)
                {
                    await abort(earlier.Record.Id).ConfigureAwait(false);
                }
            }
            catch (YadoException failure)
            {
                silent(earlier.Record, failure.Message);
            }
            if (earlier.Record.State.IsFinal)
            {
                await earlier.Gate.WaitAsync(stopping).ConfigureAwait(false);
                earlier.Gate.Release();
            }
        }
    }

    /// <summary>Deletes the directory of a move that was given up, unless a later one has brought the job here into the same.</summary>
    public static void DeleteDirectory(MoveOffer offer, JobTable jobs, HomeDirectory home)
    {
        if (jobs.TryGet(offer.JobId)?.Record.Epoch != offer.Epoch)
        {
            home.DeleteJobDirectory(offer.JobId, offer.Epoch);
        }
    }

    /// <summary>Writes the ends that a full disk kept from being written.</summary>
    /// <exception cref="StoreException">It still does: the new move must not begin.</exception>
    public static void Write(IEnumerable<Incoming> moves, string job, IHostStore store)
    {
        foreach (Incoming earlier in moves.Where(m => m.IsUnwritten && m.Record.Offer.JobId == job))
        {
            store.Save(null, earlier.Record, durable: false);
            earlier.IsUnwritten = false;
        }
    }
}
