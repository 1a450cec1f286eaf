using Microsoft.Win32.SafeHandles;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Moves;

/// <content>The files of a job that is on its way here.</content>
public sealed partial class MoveTarget
{
    private static SafeFileHandle OpenLog(string path) =>
        File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);

    private static void CheckLength(string path, long expected, string what)
    {
        long length = SharedPlace.LengthOf(path);
        if (length != expected)
        {
            throw new IOException($"the {what} has {length} bytes instead of {expected}");
        }
    }

    /// <param name="from">Bytes that did not travel, since nobody asks for them any more.</param>
    /// <returns>Whether it had another length.</returns>
    private static bool CutLog(string path, long length, long from = 0)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        if (file.Length < length && from < length)
        {
            throw new IOException($"the log has {file.Length} bytes instead of {length}");
        }
        if (file.Length == length)
        {
            return false;
        }
        file.SetLength(length);
        return true;
    }

    /// <summary>The image is whole: what needs nothing but the image begins before the source asks for it.</summary>
    private void BeginPreparing(IncomingMove move)
    {
        string image = home.Image(move.Record.Id);
        // It and the logs are all that is left of the job once the source has committed: they must survive a power failure.
        move.Flushed = Task.WhenAll(move.Flushed, Task.Run(() => FlushBehind.Flush(image), CancellationToken.None));
        if (move.Fill is { } fill)
        {
            move.Missing = Task.Run(() => fill.FindMissing(image), CancellationToken.None);
        }
    }

    /// <summary>The logs as long as the source says.</summary>
    private void CutLogs(MoveOffer offer, PrepareMove prepare)
    {
        string output = home.Output(offer.JobId, offer.Epoch), errors = home.Errors(offer.JobId, offer.Epoch);
        if (CutLog(output, prepare.OutputLength, prepare.Relay?.OutputFrom ?? prepare.OutputFrom))
        {
            FlushBehind.Flush(output);
        }
        if (CutLog(errors, prepare.ErrorsLength, prepare.Relay?.ErrorsFrom ?? prepare.ErrorsFrom))
        {
            FlushBehind.Flush(errors);
        }
        if (offer.LogSize is not null)
        {
            LogStart.Begin(home, offer.JobId, offer.Epoch, (prepare.OutputFrom, prepare.ErrorsFrom));
        }
        if (prepare.Relay is { } state)
        {
            CutLog(home.Input(offer.JobId, offer.Epoch), state.InputLength, state.InputFrom);
        }
    }

    private static long Mebibytes(long bytes) => bytes >> 20;
}
