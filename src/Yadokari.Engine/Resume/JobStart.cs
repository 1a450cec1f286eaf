using Microsoft.Win32.SafeHandles;

namespace Yadokari.Engine.Resume;

/// <summary>A program to start in a job's shell: own pid, mount and time namespace (user namespace when not root),
/// with a tiny init as its parent.</summary>
public sealed record JobStart
{
    /// <summary>Absolute path of the program (the caller searched PATH).</summary>
    public required string Program { get; init; }

    /// <summary>argv, with argv[0].</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment, NAME=value.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    public required SafeFileHandle StandardInput { get; init; }

    public required SafeFileHandle StandardOutput { get; init; }

    public required SafeFileHandle StandardError { get; init; }

    /// <summary>Its input is a terminal that no session has yet: it becomes the job's own.</summary>
    public bool OwnTerminal { get; init; }

    /// <summary>Null: those of the calling process.</summary>
    public StartSettings? Settings { get; init; }

    /// <summary>As <see cref="ResumeOptions.Started"/>.</summary>
    public Action<int>? Started { get; init; }

    /// <summary>As <see cref="ResumeOptions.ExitStatusFile"/>.</summary>
    public SafeFileHandle? ExitStatusFile { get; init; }
}
