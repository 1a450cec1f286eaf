using Yadokari.Protocol.Streams;

namespace Yadokari.Protocol.Moves;

/// <summary>The whole image has been sent: rebuild the process and hold it.</summary>
/// <param name="ImageLength">Bytes the image file must have.</param>
/// <param name="OutputLength">Bytes the output log must have.</param>
/// <param name="ErrorsLength">Bytes the error log must have.</param>
/// <param name="ErrorsToOutput">Stream 2 is the output log (as after <c>2&gt;&amp;1</c>).</param>
/// <param name="Relay">How far its streams have come that are relayed to its caller; null: they are its log.</param>
public sealed record PrepareMove(long ImageLength, long OutputLength, long ErrorsLength, bool ErrorsToOutput, RelayedStreams? Relay = null);
