using Yadokari.Protocol.Streams;

namespace Yadokari.Protocol.Moves;

/// <summary>The whole image has been sent: rebuild the process and hold it.</summary>
/// <param name="ImageLength">Bytes the image file must have.</param>
/// <param name="OutputLength">Bytes the output log must have.</param>
/// <param name="ErrorsLength">Bytes the error log must have.</param>
/// <param name="Relay">How far its streams have come that are relayed to its caller; null: they are its log.</param>
/// <param name="OutputFrom">What was before in the output log is not kept.</param>
/// <param name="ErrorsFrom">What was before in the error log is not kept.</param>
public sealed record PrepareMove(
    long ImageLength, long OutputLength, long ErrorsLength, RelayedStreams? Relay = null, long OutputFrom = 0, long ErrorsFrom = 0);
