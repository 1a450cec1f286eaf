using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Moves;

/// <summary>Writes the image where both hosts see it, and sends what is left: the logs.</summary>
/// <param name="file">In the shared directory; closed when it is complete, since a file that is open for writing can't be executed.</param>
internal sealed class SharedImageStream(IImageStream rest, FileStream file) : IImageStream
{
    private readonly FlushBehind _flushing = new(file.Name);

    public void Write(FrameKind kind, long offset, ReadOnlySpan<byte> bytes)
    {
        switch (kind)
        {
            case FrameKind.Image:
                WriteImage(offset, bytes);
                break;
            case FrameKind.Flush:
                _ = _flushing.Ask();
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
            throw Unwritten(failure);
        }
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        try
        {
            await _flushing.Running.ConfigureAwait(false);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
            await file.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            // Of a file on another machine a full disk may be told as late as this.
            throw Unwritten(failure);
        }
        await rest.CompleteAsync(cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _flushing.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await file.DisposeAsync().ConfigureAwait(false);
        await rest.DisposeAsync().ConfigureAwait(false);
    }

    private IOException Unwritten(IOException failure) =>
        new(failure.Message, new YadoException(YadoError.Failed, $"{file.Name} can't be written: {failure.Message}: the job runs on here"));
}
