namespace Yadokari.Engine.Resume;

/// <summary>
/// A process rebuilt from a context file whose threads do not run yet. <see cref="Release"/> lets it go,
/// disposing before that kills it without trace.
/// </summary>
public sealed class HeldProcess : IDisposable
{
    private HeldProcess()
    {
    }

    /// <summary>Host-level pid of the job's shell: the process that waits for the job. A child of the caller.</summary>
    public int ShellPid { get; }

    /// <summary>Host-level pid of the resumed process itself.</summary>
    public int Pid { get; }

    /// <summary>Executes the context file up to the gate.</summary>
    /// <param name="path">The context file; <c>/proc/self/fd/N</c> for a memory file.</param>
    /// <exception cref="EngineException">This host lacks something, or the file is bad; nothing was started.</exception>
    public static HeldProcess Prepare(string path, ResumeOptions options) => throw new NotImplementedException();

    /// <summary>The process runs. From here on it is alive whatever happens to the caller.</summary>
    public void Release() => throw new NotImplementedException();

    public void Dispose()
    {
    }
}
