using Microsoft.Win32.SafeHandles;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Checkpointing;

/// <summary>
/// Writes a context file so that its name appears only when it is complete and on disk: an image sink on a file without a
/// name, mode 0700, of which nothing is left whatever ends its writer; <see cref="Commit"/> gives it its name without replacing
/// anything. Where the file system has no files without names, it is a temporary one beside the path
/// (<see cref="PartFile"/>), and so is an earlier file that is written over (<see cref="Over"/>). Disposing before <see cref="Commit"/> removes it. Writes may come from several threads at once,
/// all else from one.
/// </summary>
public sealed class FileContextWriter : IImageSink, IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly SafeFileHandle _file;
    private readonly PartFile? _part;
    private readonly EarlierFile? _earlier;
    private readonly CancellationToken _cancel;
    private long _end;
    private long _written;
    private bool _done;

    private FileContextWriter(string path, SafeFileHandle? unnamed, PartFile? part, IReadOnlyList<EarlierPlace> earlier, CancellationToken cancel)
    {
        Path = path;
        _part = part;
        _file = unnamed ?? part!.Handle;
        _earlier = earlier.Count > 0 ? new EarlierFile(_file) : null;
        _cancel = cancel;
        Earlier = earlier;
    }

    /// <summary>Full path of the context file to be.</summary>
    public string Path { get; }

    public IReadOnlyList<EarlierPlace> Earlier { get; }

    /// <summary>Bytes written to it so far.</summary>
    public long Written => _earlier?.Written ?? Volatile.Read(ref _written);

    /// <summary>Refuses what could not be written later, without writing anything.</summary>
    /// <exception cref="EngineException">OutputExists, or NoSuchFile when the directory is missing.</exception>
    public static void Check(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        // A link that leads nowhere exists as well: its target must not be written.
        if (System.IO.Path.Exists(full) || new FileInfo(full).LinkTarget is not null)
        {
            throw new EngineException(EngineError.OutputExists, $"{path} exists already; nothing was touched: choose another name or remove it first");
        }

        if (System.IO.Path.GetDirectoryName(full) is not { } directory || !Directory.Exists(directory))
        {
            throw new EngineException(EngineError.NoSuchFile, $"no directory for {path}; nothing was touched: make it first");
        }
    }

    /// <summary>Makes the file that is to become the context file.</summary>
    /// <param name="cancel">When cancelled, the next write throws <see cref="OperationCanceledException"/>, which gives the capture up.</param>
    /// <exception cref="EngineException">As <see cref="Check"/>, or CannotWrite.</exception>
    public static FileContextWriter Create(string path, CancellationToken cancel = default)
    {
        Check(path);
        string full = System.IO.Path.GetFullPath(path);
        try
        {
            SafeFileHandle? unnamed = UnnamedFile.TryCreate(System.IO.Path.GetDirectoryName(full)!, Private);
            return new(full, unnamed, unnamed is null ? PartFile.Create(full, Private) : null, [], cancel);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SystemCallException)
        {
            throw CannotWrite(full, failure);
        }
    }

    /// <summary>As <see cref="Create"/>, where an earlier context file is to become the new one: only what is different is written to it.
    /// It is gone whatever becomes of the new one. A new file all the same where it is somebody's else by now: open, or with another name.</summary>
    /// <param name="earlier">In the same directory; no one relies on it any more.</param>
    /// <param name="places">Where it has its memory, one at least.</param>
    /// <exception cref="EngineException">As <see cref="Create"/>.</exception>
    public static FileContextWriter Over(string earlier, IReadOnlyList<EarlierPlace> places, string path, CancellationToken cancel = default)
    {
        Check(path);
        string full = System.IO.Path.GetFullPath(path);
        try
        {
            if (PartFile.TryTake(earlier, full) is { } part)
            {
                return new(full, null, part, places, cancel);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SystemCallException)
        {
            // Somebody executes it, or the directory can't be written, which a new file says better.
        }

        return Create(path, cancel);
    }

    public bool IsConcurrent => _earlier is null;

    /// <summary>Takes room on the disk and in memory for the first bytes of a file of which nothing is written yet, so that the process need
    /// not stand still meanwhile. A hint: where it can't be had, or is more than half of this host's memory, bytes are written as they come.</summary>
    /// <param name="estimate">About how many bytes it will have; not asked where nothing is to be done.</param>
    public void Reserve(Func<long> estimate)
    {
        if (_earlier is not null || Written > 0)
        {
            return;
        }

        long bytes = estimate();
        if (bytes <= 0 || bytes > GC.GetGCMemoryInfo(GCKind.Any).TotalAvailableMemoryBytes / 2 || !FileRoom.TryTake(_file, bytes))
        {
            return;
        }

        // Pages of the file that are there, and dirty, cost a copy only, and nobody is made to wait until others are on disk. Written and
        // not mapped: what a page costs that is touched through a new mapping is more than the copy, on a hypervisor that shadows page
        // tables thirty times as much.
        byte[] zeros = new byte[64 << 10];
        try
        {
            for (long at = 0; at < bytes; at += zeros.Length)
            {
                _cancel.ThrowIfCancellationRequested();
                RandomAccess.Write(_file, zeros.AsSpan(0, (int)Math.Min(zeros.Length, bytes - at)), at);
            }
        }
        catch (IOException)
        {
            // Whatever it was, it comes again when there is something to write, and is told then.
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        _cancel.ThrowIfCancellationRequested();
        try
        {
            if (_earlier is null)
            {
                RandomAccess.Write(_file, bytes, offset);
                Interlocked.Add(ref _written, bytes.Length);
            }
            else
            {
                _earlier.Write(offset, bytes);
            }
        }
        catch (Exception failure) when (failure is IOException or ArgumentOutOfRangeException)
        {
            throw CannotWrite(Path, failure);
        }

        Reached(offset + bytes.Length);
    }

    public void Flush()
    {
        _cancel.ThrowIfCancellationRequested();
        try
        {
            RandomAccess.FlushToDisk(_file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(Path, failure);
        }
    }

    /// <summary>Brings the file to disk and gives it its name.</summary>
    /// <exception cref="EngineException">CannotWrite, or OutputExists when the name was taken meanwhile; the temporary file is removed.</exception>
    public void Commit()
    {
        try
        {
            _earlier?.Finish(_end);
            // Room taken in advance goes back.
            RandomAccess.SetLength(_file, _end);
            RandomAccess.FlushToDisk(_file);
            if (_part is null)
            {
                UnnamedFile.NameAndClose(_file, Path);
            }
            else
            {
                _part.NameAndClose(Path);
            }

            _done = true;
            DirectorySync.Flush(System.IO.Path.GetDirectoryName(Path)!);
        }
        catch (SystemCallException failure) when (failure.Number != Errno.EEXIST)
        {
            Dispose();
            throw CannotWrite(Path, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException or SystemCallException)
        {
            Dispose();
            throw System.IO.Path.Exists(Path)
                ? new EngineException(EngineError.OutputExists, $"{Path} was made by someone else meanwhile; nothing was saved", failure)
                : CannotWrite(Path, failure);
        }
    }

    public void Dispose()
    {
        if (_done)
        {
            return;
        }

        _done = true;
        _file.Dispose();
        _part?.Dispose();
    }

    private void Reached(long end)
    {
        long seen = Volatile.Read(ref _end);
        while (end > seen)
        {
            long now = Interlocked.CompareExchange(ref _end, end, seen);
            if (now == seen)
            {
                return;
            }

            seen = now;
        }
    }

    private static EngineException CannotWrite(string path, Exception failure)
    {
        string why = failure is ArgumentOutOfRangeException || failure.HResult == Errno.EFBIG || failure is SystemCallException { Number: Errno.EFBIG }
            ? "it grows larger than files may be here ('ulimit -f' tells the limit)"
            : failure.Message;
        return new(EngineError.CannotWrite, $"{path} can't be written: {why}; the process runs on", failure);
    }
}
