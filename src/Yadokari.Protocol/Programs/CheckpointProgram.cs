namespace Yadokari.Protocol.Programs;

/// <summary>A program asks to be saved and to go on. Answered at once; how it ends is written into the mailbox, since the
/// connection must be closed by then. Local API only.</summary>
/// <param name="Number">The program's own count, so that an answer can't be taken for another one's.</param>
/// <param name="Path">Absolute; must not exist.</param>
public sealed record CheckpointProgram(uint Number, string Path);
