using Yadokari.Engine.Checkpointing;

namespace Yadokari.Daemon.Engine;

/// <summary>The engine's <see cref="CheckpointSession"/>, see there. Disposing before <see cref="Kill"/> thaws.</summary>
public interface ICheckpoint : IDisposable
{
    void CopyAhead(IImageSink sink);

    void Freeze();

    /// <summary>Lets it run on; it can be frozen again.</summary>
    void Thaw();

    CaptureReport Capture(IImageSink sink, IProgress<CaptureProgress>? progress);

    void Kill();

    /// <summary>Ends it, and does not wait for its memory to be given back.</summary>
    void Condemn() => Kill();
}
