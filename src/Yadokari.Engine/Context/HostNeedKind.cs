namespace Yadokari.Engine.Context;

/// <summary>What a <see cref="HostNeed"/> is.</summary>
public enum HostNeedKind
{
    MappedFile,

    /// <summary>A mapped file that is made anew where it is not there.</summary>
    MappedFileIfThere,
    OpenFile,
    OpenDirectory,

    /// <summary>Open, and neither a regular file nor a directory.</summary>
    OpenPath,
    WatchedPath,
    NamedPipe,

    /// <summary>A file whose content comes along.</summary>
    TravellingFile,
    WorkingDirectory,
    Socket,

    /// <summary>An end of a TCP connection.</summary>
    Connection,

    /// <summary>A context of io_setup(2) with a ring of so many bytes.</summary>
    AioContext,
}
