using Yadokari.Daemon.Moves;

namespace Yadokari.Daemon.Services;

/// <summary>An instance that has been started and answers.</summary>
/// <param name="Control">Owned by whoever has this.</param>
public sealed record LaunchedInstance(HeldFacts Processes, InstanceControl Control) : IDisposable
{
    public void Dispose() => Control.Dispose();
}
