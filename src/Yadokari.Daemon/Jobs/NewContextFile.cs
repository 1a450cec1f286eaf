using Yadokari.Engine.Checkpointing;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Jobs;

/// <summary>
/// A context file while it is written: under another name in the same directory, so that the real name appears
/// whole or not at all, and never replaces anything. Disposing before <see cref="Complete"/> leaves nothing.
/// </summary>
public sealed class NewContextFile : IImageSink, IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly FileStream _file;
    private bool _complete;

    private NewContextFile(string path, string partial, FileStream file)
    {
        _path = path;
        _partial = partial;
        _file = file;
    }

    /// <exception cref="YadoException">The file exists, or its directory does not.</exception>
    /// <exception cref="IOException">It can't be made.</exception>
    public static NewContextFile Create(string path)
    {
        string? directory = Path.GetDirectoryName(path);
        if (directory is null || !Directory.Exists(directory))
        {
            throw new YadoException(4, $"no directory {directory ?? path} to write to");
        }
        if (Path.Exists(path))
        {
            throw Exists(path);
        }
        string partial = Path.Combine(directory, $".{Path.GetFileName(path)}.{Guid.NewGuid():n}");
        try
        {
            return new NewContextFile(path, partial, new FileStream(partial, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            }));
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new YadoException(1, $"cannot write to {directory}: permission denied", failure);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file.SafeFileHandle, bytes, offset);

    /// <summary>Flushes it to the disk and gives it its name.</summary>
    /// <exception cref="YadoException">Another file took the name meanwhile.</exception>
    public void Complete()
    {
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        try
        {
            File.Move(_partial, _path, overwrite: false);
        }
        catch (IOException failure) when (Path.Exists(_path))
        {
            throw Exists(_path, failure);
        }
        _complete = true;
    }

    public void Dispose()
    {
        _file.Dispose();
        if (!_complete)
        {
            File.Delete(_partial);
        }
    }

    private static YadoException Exists(string path, Exception? inner = null) =>
        new(1, $"{path} exists already: choose another name or remove it", inner);
}
