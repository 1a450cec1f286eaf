namespace Yadokari.Protocol.Programs;

/// <summary>A program that knows it moves makes itself known to its host. Who it is, is what the kernel says of the caller. Local API only.</summary>
/// <param name="Mailbox">Address in its memory by which daemon and program speak; null: it has none, and is moved like any other.</param>
/// <param name="Name">Of the job; null: made from the program's name. Only for a program that is no job yet.</param>
public sealed record RegisterProgram(ulong? Mailbox = null, string? Name = null);
