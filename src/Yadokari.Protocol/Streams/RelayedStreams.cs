namespace Yadokari.Protocol.Streams;

/// <summary>How far the streams of a job have come that are relayed to its caller. All numbers are bytes since the relaying began,
/// on whichever host; they only grow.</summary>
public sealed record RelayedStreams
{
    /// <summary>The first byte of the input that the job has not read.</summary>
    public long InputFrom { get; init; }

    /// <summary>Where the input that has come from the caller ends.</summary>
    public long InputLength { get; init; }

    /// <summary>The caller's input has ended: nothing follows <see cref="InputLength"/>.</summary>
    public bool InputEnded { get; init; }

    /// <summary>The job reads no more.</summary>
    public bool InputClosed { get; init; }

    /// <summary>The first byte of the output that the caller may still ask for.</summary>
    public long OutputFrom { get; init; }

    /// <summary>Nobody reads the output any more.</summary>
    public bool OutputClosed { get; init; }

    /// <summary>The first byte of the errors that the caller may still ask for.</summary>
    public long ErrorsFrom { get; init; }

    /// <summary>Nobody reads the errors any more.</summary>
    public bool ErrorsClosed { get; init; }

    /// <summary>Its input and output, and its errors if nobody took them elsewhere, are a terminal; null: pipes.</summary>
    public RelayedTerminal? Terminal { get; init; }
}
