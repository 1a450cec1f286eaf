using Microsoft.Win32.SafeHandles;

namespace Yadokari.Daemon.Jobs;

/// <summary>The streams of a new job, and what must be disposed when it has them.</summary>
public sealed class JobHandles(
    SafeFileHandle input, SafeFileHandle output, SafeFileHandle errors, SafeFileHandle exit, params IDisposable[] owned) : IDisposable
{
    public SafeFileHandle Input { get; } = input;

    public SafeFileHandle Output { get; } = output;

    public SafeFileHandle Errors { get; } = errors;

    public SafeFileHandle Exit { get; } = exit;

    public void Dispose()
    {
        foreach (IDisposable handle in owned)
        {
            handle.Dispose();
        }
    }
}
