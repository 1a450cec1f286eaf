using Yadokari.Engine.Resume;

namespace Yadokari.Daemon.Engine;

/// <summary>The engine's <see cref="HeldProcess"/>, see there. Disposing before <see cref="Release"/> kills it.</summary>
public interface IHeldJob : IDisposable
{
    int ShellPid { get; }

    int Pid { get; }

    void Release();
}
