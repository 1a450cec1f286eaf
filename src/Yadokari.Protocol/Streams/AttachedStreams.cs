namespace Yadokari.Protocol.Streams;

/// <summary>Somebody is connected to a job's terminal; whoever was before is not any more.</summary>
/// <param name="Session">To be named with everything that is sent and asked for.</param>
/// <param name="Input">The number of the next byte of input.</param>
/// <param name="Output">The first byte of the output that nobody has seen yet.</param>
/// <param name="Errors">The same of the errors.</param>
public sealed record AttachedStreams(int Session, long Input, long Output, long Errors);
