using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;

namespace Yadokari.Engine.Checkpointing;

/// <summary>
/// Writes a context file so that its name appears only when it is complete and on disk: an image sink on a temporary
/// file beside it, mode 0700, made with O_EXCL; <see cref="Commit"/> gives it its name without replacing anything.
/// Disposing before that removes it. Writes may come from several threads at once, all else from one.
/// </summary>
public sealed class FileContextWriter : IImageSink, IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _file;
    private readonly string _temporary;
    private readonly CancellationToken _cancel;
    private MappedFile? _reserved;
    private long _end;
    private bool _done;

    private FileContextWriter(string path, string temporary, FileStream file, CancellationToken cancel)
    {
        Path = path;
        _temporary = temporary;
        _file = file;
        _cancel = cancel;
    }

    /// <summary>Full path of the context file to be.</summary>
    public string Path { get; }

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

    /// <summary>Makes the temporary file beside the path.</summary>
    /// <param name="cancel">When cancelled, the next write throws <see cref="OperationCanceledException"/>, which gives the capture up.</param>
    /// <exception cref="EngineException">As <see cref="Check"/>, or CannotWrite.</exception>
    public static FileContextWriter Create(string path, CancellationToken cancel = default)
    {
        Check(path);
        string full = System.IO.Path.GetFullPath(path);
        string temporary = $"{full}.{Guid.NewGuid():N}.part";
        try
        {
            FileStream file = new(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
                UnixCreateMode = Private,
            });
            return new(full, temporary, file, cancel);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(full, failure);
        }
    }

    public bool IsConcurrent => true;

    /// <summary>Takes room on the disk and in memory for the first bytes of the file, so that the process need not stand still
    /// meanwhile. A hint: where it can't be had, or is more than half of this host's memory, bytes are written as they come.</summary>
    public void Reserve(long bytes)
    {
        long whole = (bytes + RemoteAddress.PageSize - 1) / RemoteAddress.PageSize * RemoteAddress.PageSize;
        if (whole > 0 && whole <= GC.GetGCMemoryInfo(GCKind.Any).TotalAvailableMemoryBytes / 2)
        {
            _reserved ??= MappedFile.TryReserve(_file.SafeFileHandle, whole);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        _cancel.ThrowIfCancellationRequested();
        RandomAccess.Write(_file.SafeFileHandle, bytes, offset);
        Reached(offset + bytes.Length);
    }

    public Span<byte> Window(long offset, int length)
    {
        _cancel.ThrowIfCancellationRequested();
        return _reserved is null ? default : _reserved.Window(offset, length);
    }

    /// <summary>Brings the file to disk and gives it its name.</summary>
    /// <exception cref="EngineException">CannotWrite, or OutputExists when the name was taken meanwhile; the temporary file is removed.</exception>
    public void Commit()
    {
        try
        {
            // Nothing may keep it open for writing, and room taken in advance goes back.
            _reserved?.Dispose();
            RandomAccess.SetLength(_file.SafeFileHandle, _end);
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
            // Closed before it has its name: a file that is open for writing can't be executed (ETXTBSY).
            _file.Dispose();
            // Without overwriting this is link(2), which fails when the name is taken, then unlink(2).
            File.Move(_temporary, Path, overwrite: false);
            _done = true;
            DirectorySync.Flush(System.IO.Path.GetDirectoryName(Path)!);
        }
        catch (SystemCallException failure)
        {
            throw CannotWrite(Path, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
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
        _reserved?.Dispose();
        _file.Dispose();
        File.Delete(_temporary);
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

    private static EngineException CannotWrite(string path, Exception failure) =>
        new(EngineError.CannotWrite, $"{path} can't be written: {failure.Message}; the process runs on", failure);
}
