using Microsoft.Win32.SafeHandles;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Cli.Slurm;

/// <summary>
/// The streams 0–2 that the batch script gives a program, which are this process's as well. They become those of whoever resumes it,
/// which is right as long as they are files: this keeps how far the input was read, and what the output held, for Slurm and the
/// script empty a file when they open it anew (sbatch --open-mode=truncate, '&gt;').
/// </summary>
internal static class KeptStreams
{
    private static readonly string[] Names = ["standard input", "standard output", "standard error"];

    /// <exception cref="CommandFailure">One leads to another process, which is not saved.</exception>
    public static void RequireFiles()
    {
        for (int number = 0; number <= 2; number++)
        {
            using SafeFileHandle stream = Own(number);
            FileStatus status = FileStatus.Of(stream);
            string? kind = status.IsFifo ? "a pipe" : status.IsSocket ? "a socket" : Descriptor.IsTerminal(stream) ? "a terminal" : null;
            if (kind is not null)
            {
                throw new CommandFailure(
                    ExitStatus.Failed, $"{Names[number]} is {kind}, and whoever is at its other end is not saved with the program: let it be a file ({(number == 0 ? "< FILE" : ">> FILE, or that of sbatch --output")}); nothing was started");
            }
        }
    }

    /// <summary>Notes how far each is, and copies what was written. The program stands still.</summary>
    /// <param name="newPath">Where a copy may be made.</param>
    /// <param name="complain">Is told of what could not be kept.</param>
    public static IReadOnlyList<KeptStream> Keep(Func<string> newPath, Action<string> complain)
    {
        List<KeptStream> kept = [];
        HashSet<(ulong Device, ulong Inode)> seen = [];
        for (int number = 0; number <= 2; number++)
        {
            using SafeFileHandle stream = Own(number);
            FileStatus status = FileStatus.Of(stream);
            if (status.IsRegular && (number == 0 || seen.Add((status.Device, status.Inode))))
            {
                string path = PathOf(number);
                kept.Add(number == 0
                    ? new KeptStream(number, path, StandardStream.GetOffset(number), null)
                    : new KeptStream(number, path, status.Size, Copy(stream, status.Size, path, newPath(), complain)));
            }
        }

        return kept;
    }

    /// <summary>Sets the streams of this run as they were: the input read as far, the output with what it held. Another file than before
    /// is left as it is.</summary>
    /// <param name="directory">Where the copies are.</param>
    /// <param name="complain">Is told of what can't be put back.</param>
    public static void PutBack(IReadOnlyList<KeptStream> kept, string directory, Action<string> complain)
    {
        foreach (KeptStream one in kept)
        {
            using SafeFileHandle stream = Own(one.Number);
            if (!FileStatus.Of(stream).IsRegular || PathOf(one.Number) != one.Path)
            {
                continue;
            }

            if (one.Number == 0)
            {
                StandardStream.SetOffset(0, one.Length);
            }
            else if (one.Copy is { } copy)
            {
                PutBack(one, stream, Path.Combine(directory, copy), complain);
            }
        }
    }

    private static void PutBack(KeptStream kept, SafeFileHandle stream, string copy, Action<string> complain)
    {
        try
        {
            using SafeFileHandle file = Descriptor.Reopen(stream, O_RDWR) ?? throw new UnauthorizedAccessException("it may not be opened");
            using SafeFileHandle old = File.OpenHandle(copy);
            if (BeginsWith(file, old))
            {
                return;
            }

            // What the script itself has written in this run comes behind it.
            byte[] since = new byte[RandomAccess.GetLength(file)];
            int length = RandomAccess.Read(file, since, 0);
            Transfer(old, file, RandomAccess.GetLength(old));
            RandomAccess.Write(file, since.AsSpan(0, length), RandomAccess.GetLength(old));
            if ((Descriptor.GetFlags(stream) & O_APPEND) == 0)
            {
                StandardStream.SetOffset(kept.Number, RandomAccess.GetLength(file));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SystemCallException)
        {
            complain($"what was written to {kept.Path} before is in {copy} and could not be put back: {failure.Message}");
        }
    }

    private static string? Copy(SafeFileHandle stream, long length, string path, string to, Action<string> complain)
    {
        try
        {
            using SafeFileHandle from = Descriptor.Reopen(stream, O_RDONLY) ?? throw new UnauthorizedAccessException("it may not be read");
            using SafeFileHandle copy = File.OpenHandle(to, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            Transfer(from, copy, length);
            RandomAccess.FlushToDisk(copy);
            return Path.GetFileName(to);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SystemCallException)
        {
            complain($"a copy of {path} can't be kept: {failure.Message}; submit with --open-mode=append, or the next run empties it");
            return null;
        }
    }

    private static void Transfer(SafeFileHandle from, SafeFileHandle to, long length)
    {
        byte[] buffer = new byte[1 << 18];
        for (long done = 0; done < length;)
        {
            int got = RandomAccess.Read(from, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done)), done);
            if (got == 0)
            {
                break;
            }

            RandomAccess.Write(to, buffer.AsSpan(0, got), done);
            done += got;
        }
    }

    private static bool BeginsWith(SafeFileHandle file, SafeFileHandle old)
    {
        byte[] left = new byte[1 << 18], right = new byte[1 << 18];
        long length = RandomAccess.GetLength(old);
        for (long done = 0; done < length;)
        {
            int got = RandomAccess.Read(old, right, done);
            int there = RandomAccess.Read(file, left.AsSpan(0, got), done);
            if (got == 0 || there != got || !left.AsSpan(0, got).SequenceEqual(right.AsSpan(0, got)))
            {
                return false;
            }

            done += got;
        }

        return true;
    }

    /// <summary>A descriptor of this process by its number, which stays open.</summary>
    private static SafeFileHandle Own(int number) => new(number, ownsHandle: false);

    private static string PathOf(int number) => new FileInfo($"/proc/self/fd/{number}").LinkTarget ?? "";
}
