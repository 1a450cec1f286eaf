using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Moves;

/// <summary>Frames on their way to the target. Disposing before <see cref="CompleteAsync"/> cuts the stream, and the target drops what it got.</summary>
public interface IImageStream : IAsyncDisposable
{
    /// <summary>Sends bytes of any length, in frames; blocks while the target is slower.</summary>
    /// <exception cref="IOException">The target is gone or refused.</exception>
    void Write(FrameKind kind, long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Ends the stream and waits until the target says that it has everything.</summary>
    Task CompleteAsync(CancellationToken cancellation);
}
