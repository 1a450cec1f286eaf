namespace Yadokari.Engine.Context;

/// <summary>Reads a context file: what is inside, whether it is whole, what it needs from a host.</summary>
public sealed class ContextFile
{
    private ContextFile()
    {
    }

    /// <summary>Reads and checks header, control segment and manifest (not the pages).</summary>
    /// <exception cref="EngineException">NoSuchFile or BadContextFile with the reason.</exception>
    public static ContextFile Open(string path) => throw new NotImplementedException();

    /// <summary>Checks the checksum of every page of memory.</summary>
    /// <exception cref="EngineException">BadContextFile: damaged at which offset.</exception>
    public void VerifyPages() => throw new NotImplementedException();

    /// <summary>What this host lacks to resume it, one line each, all at once; empty when it can.</summary>
    public IReadOnlyList<Obstacle> FindMissing() => throw new NotImplementedException();

    /// <summary>A summary for people and for <c>--json</c>.</summary>
    public ContextSummary Summary => throw new NotImplementedException();

    /// <summary>The restore plan, one system call a line, like strace.</summary>
    public IEnumerable<string> PrintPlan() => throw new NotImplementedException();
}
