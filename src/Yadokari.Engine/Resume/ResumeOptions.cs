using Microsoft.Win32.SafeHandles;

namespace Yadokari.Engine.Resume;

/// <summary>How a context file is resumed.</summary>
public sealed record ResumeOptions
{
    /// <summary>The streams 0–2 of the resumed process where the image says "those of whoever resumes"; null: the caller's own.</summary>
    public SafeFileHandle? StandardInput { get; init; }

    public SafeFileHandle? StandardOutput { get; init; }

    public SafeFileHandle? StandardError { get; init; }

    /// <summary>Open for writing: the shell writes the 4-byte little-endian wait status of the process there when it
    /// ends (wait(2)); null: nowhere. Works also after the caller has died.</summary>
    public SafeFileHandle? ExitStatusFile { get; init; }

    /// <summary>Told the pid of the shell as soon as there is one, before it has made anything: for a control group. What it throws
    /// ends the shell.</summary>
    public Action<int>? Started { get; init; }

    /// <summary>Always resume in own pid, mount and time namespaces, also where the old pid is free.</summary>
    public bool OwnNamespaces { get; init; }

    /// <summary>The caller's daemon, if one runs, is told of the job once it has been let go.</summary>
    public bool TellDaemon { get; init; }

    /// <summary>The path by which the file is executed, where that is not its name: of a file that is open, and is run whatever
    /// its name leads to by now.</summary>
    public string? Program { get; init; }
}
