using Yadokari.Engine;
using Yadokari.Engine.Filling;
using Yadokari.Engine.Resume;

namespace Yadokari.Daemon.Engine;

/// <summary>The engine's <see cref="JobFiller"/>, see there. Disposing ends it without trace.</summary>
public interface IJobFill : IDisposable
{
    int ShellPid { get; }

    int Pid { get; }

    /// <summary>Why it can't be used.</summary>
    string? GivenUp { get; }

    void Update(ReadOnlySpan<byte> layout, long mostBytes);

    void Written(long offset, int length);

    void Load();

    bool Settle(int milliseconds);

    /// <summary>As <see cref="IJobEngine.FindMissing"/>, of the file that is whole now; from another host. The process gets what it lacks.</summary>
    IReadOnlyList<Obstacle> FindMissing(string path);

    /// <summary>The job, held, made of the file that <see cref="FindMissing"/> read; null: the file itself must be executed.</summary>
    IHeldJob? Finish(ResumeOptions options);
}
