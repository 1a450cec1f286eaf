using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Checkpointing;
using Yadokari.Linux.Descriptors;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Tells which descriptions of a process under scan are the streams that it was started with, its caller's or its log, by
/// whatever number it has them.</summary>
internal sealed class CallerStreams : IDisposable
{
    private readonly CaptureOptions _options;
    private readonly SafeFileHandle?[] _streams = new SafeFileHandle?[3];
    private readonly FileStatus[] _statuses = new FileStatus[3];
    private readonly FileStatus?[] _files;

    /// <exception cref="Linux.SystemCallException">The caller may not be looked into.</exception>
    public CallerStreams(CaptureOptions options)
    {
        _options = options;
        _files = [.. options.StreamFiles.Select(file => file is null ? null : FileStatus.AtPath(file))];
        using SafeFileHandle? caller = options.StreamsOf is { } pid ? PidFd.Open(pid) : null;
        try
        {
            for (int stream = 0; caller is not null && stream < _streams.Length; stream++)
            {
                _streams[stream] = PidFd.Fetch(caller, stream);
                if (_streams[stream] is { } handle)
                {
                    _statuses[stream] = FileStatus.Of(handle);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>0, 1 or 2; null: none of them.</summary>
    public int? Match(OpenDescription description)
    {
        // Where two of them are one description, that which the process itself calls by the number.
        return Find(stream => description.Numbers.Exists(n => n.Number == stream)) ?? Find(static _ => true);

        int? Find(Func<int, bool> isMeant)
        {
            for (int stream = 0; stream < _streams.Length; stream++)
            {
                if (isMeant(stream) && Is(description, stream))
                {
                    return stream;
                }
            }

            return null;
        }
    }

    public void Dispose()
    {
        foreach (SafeFileHandle? handle in _streams)
        {
            handle?.Dispose();
        }
    }

    private bool Is(OpenDescription description, int stream)
    {
        if (_options.StreamPipes.Count > stream && _options.StreamPipes[stream] != 0)
        {
            // The other end of a pipe that a daemon made: opened once more by its path, it is that pipe still.
            return description.Status.IsFifo && description.Status.Inode == _options.StreamPipes[stream] && IsUsable(description, stream);
        }

        if (_files.Length > stream && _files[stream] is { } file && file.IsSameFile(description.Status) && IsUsable(description, stream))
        {
            return true;
        }

        if (_streams[stream] is not { } handle || !_statuses[stream].IsSameFile(description.Status))
        {
            return false;
        }

        return Kcmp.CompareFiles(handle, description.Handle) == 0
            || (description.Status.IsFifo && IsUsable(description, stream));
    }

    /// <summary>Open in the stream's direction.</summary>
    private static bool IsUsable(OpenDescription description, int stream) => (description.Flags & O_ACCMODE) == (stream == 0 ? 0 : 1);
}
