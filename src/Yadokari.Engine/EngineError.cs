namespace Yadokari.Engine;

/// <summary>Why an act of the engine failed. The command line maps these to exit statuses.</summary>
public enum EngineError
{
    /// <summary>Anything else; exit status 1.</summary>
    Failed,

    /// <summary>No process with that pid, or it ended meanwhile; exit status 4.</summary>
    NoSuchProcess,

    /// <summary>The caller may not trace the process; exit status 1.</summary>
    NotPermitted,

    /// <summary>No such file; exit status 4.</summary>
    NoSuchFile,

    /// <summary>Not a context file, damaged, truncated, or of a newer format; exit status 1.</summary>
    BadContextFile,

    /// <summary>The output file exists already; exit status 1.</summary>
    OutputExists,

    /// <summary>No space left or another write error; exit status 1.</summary>
    CannotWrite,

    /// <summary>This host lacks what the image needs (cpu feature, path, pid, kernel); exit status 5.</summary>
    HostLacks,
}
