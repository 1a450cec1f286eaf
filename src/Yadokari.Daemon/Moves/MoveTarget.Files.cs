using Microsoft.Win32.SafeHandles;
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
    private static void CutLog(string path, long length, long from = 0)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        if (file.Length < length && from < length)
        {
            throw new IOException($"the log has {file.Length} bytes instead of {length}");
        }
        file.SetLength(length);
    }

    /// <summary>The disk works while more comes; a round that ends before the one before is on it waits for nothing. By a descriptor
    /// of its own, for reading: a file that is open for writing can't be executed.</summary>
    private static Task FlushBehind(Task before, string image) => before.IsCompletedSuccessfully
        ? Task.Run(() =>
        {
            using SafeFileHandle file = File.OpenHandle(image, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            RandomAccess.FlushToDisk(file);
        })
        : before;

    /// <summary>The image is all that is left of the job once the source has committed: it must survive a power failure.</summary>
    private void Flush(string image, MoveOffer offer)
    {
        foreach (string path in (ReadOnlySpan<string>)[image, home.Output(offer.JobId, offer.Epoch), home.Errors(offer.JobId, offer.Epoch)])
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            RandomAccess.FlushToDisk(file);
        }
    }

    private static long Mebibytes(long bytes) => bytes >> 20;
}
