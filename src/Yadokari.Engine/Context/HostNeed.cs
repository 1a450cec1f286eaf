using Yadokari.Engine.Resources.Descriptors;

namespace Yadokari.Engine.Context;

/// <summary>One thing that a job needs from the host on which it is resumed.</summary>
/// <param name="Path">Of a file or directory; else empty.</param>
/// <param name="Length">Bytes that the file must have at least, or of one that travels: at most; of a context of io_setup(2): its ring has.</param>
public sealed record HostNeed(HostNeedKind Kind, string Path, long Length = 0)
{
    /// <summary>Only of <see cref="HostNeedKind.TravellingFile"/>: where it is put.</summary>
    public string? Directory { get; init; }

    public SocketImage? Socket { get; init; }

    public TcpEndImage? Connection { get; init; }
}
