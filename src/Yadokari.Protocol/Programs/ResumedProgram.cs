namespace Yadokari.Protocol.Programs;

/// <summary>Whoever has executed a context file says that the job in it runs again. The caller is the parent of the process, by the
/// kernel's word. Local API only; the request is made in src/Yadokari.Engine/Restore/AnnouncePlan.cs.</summary>
/// <param name="Process">Pid of the resumed process as it sees it itself.</param>
/// <param name="Name">Of the job; where another has it, with -2, -3 … behind it.</param>
/// <param name="Mailbox">Address in its memory by which daemon and program speak; null: the usual one, if any.</param>
public sealed record ResumedProgram(int Process, string Name, ulong? Mailbox = null);
