namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>How a carried file is made again.</summary>
public enum CarriedFileKind
{
    /// <summary>memfd_create(2).</summary>
    MemoryFile,

    /// <summary>A file without a name (O_TMPFILE) in the directory where it was, or else in memory.</summary>
    Deleted,

    /// <summary>As deleted, and linked to its path when the job is let go; a file that is there already must agree.</summary>
    Travelling,
}
