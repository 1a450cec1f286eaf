namespace Yadokari.Protocol.Moves;

/// <summary>The whole image has been sent: rebuild the process and hold it.</summary>
/// <param name="ImageLength">Bytes the image file must have.</param>
/// <param name="InheritedStreams">Of the streams 0–2, those that are the job's log and become the target's.</param>
public sealed record PrepareMove(long ImageLength, IReadOnlyList<int> InheritedStreams);
