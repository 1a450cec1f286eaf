using Yadokari.Engine.Checkpointing;

namespace Yadokari.Daemon.Engine;

/// <summary>The engine's <see cref="CheckpointSession"/>, see there. Disposing before <see cref="Kill"/> thaws.</summary>
public interface ICheckpoint : IDisposable
{
    void Freeze();

    CaptureReport Capture(IImageSink sink, IProgress<CaptureProgress>? progress);

    void Kill();
}
