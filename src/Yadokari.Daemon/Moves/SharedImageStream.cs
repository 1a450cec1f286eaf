using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Moves;

/// <summary>Writes the image where both hosts see it, and sends what is left: the logs.</summary>
/// <param name="file">In the shared directory; closed when it is complete, since a file that is open for writing can't be executed.</param>
internal sealed class SharedImageStream(IImageStream rest, FileStream file) : IImageStream
{
    private Task _flushing = Task.CompletedTask;

    public void Write(FrameKind kind, long offset, ReadOnlySpan<byte> bytes)
    {
        switch (kind)
        {
            case FrameKind.Image:
                WriteImage(offset, bytes);
                break;
            case FrameKind.Flush when _flushing.IsCompletedSuccessfully:
                _flushing = Task.Run(() => RandomAccess.FlushToDisk(file.SafeFileHandle));
                break;
            case FrameKind.Flush:
                break;
            case FrameKind.Layout:
                // The target does not hear of what is written: it fills nothing.
                break;
            default:
                rest.Write(kind, offset, bytes);
                break;
        }
    }

    private void WriteImage(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(file.SafeFileHandle, bytes, offset);
        }
        catch (IOException failure)
        {
            throw new IOException(failure.Message, new YadoException(1, $"{file.Name} can't be written: {failure.Message}: the job runs on here"));
        }
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        await _flushing.ConfigureAwait(false);
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        await file.DisposeAsync().ConfigureAwait(false);
        await rest.CompleteAsync(cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _flushing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await file.DisposeAsync().ConfigureAwait(false);
        await rest.DisposeAsync().ConfigureAwait(false);
    }
}
