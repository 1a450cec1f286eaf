namespace Yadokari.Engine.Resources.Process;

/// <summary>A message that waits in a System V queue.</summary>
/// <param name="Type">Above 0.</param>
public sealed record LetterImage(long Type, byte[] Bytes);
