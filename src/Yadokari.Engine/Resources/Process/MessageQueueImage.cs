using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Resources.Process;

/// <summary>A queue of System V messages.</summary>
/// <param name="MaxBytes">How many bytes may wait in it (msg_qbytes).</param>
/// <param name="Letters">What waits, in order.</param>
public sealed record MessageQueueImage(SystemVName Name, long MaxBytes, IReadOnlyList<LetterImage> Letters);
