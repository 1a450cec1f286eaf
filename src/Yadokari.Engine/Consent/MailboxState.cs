namespace Yadokari.Engine.Consent;

/// <summary>What a mailbox said at one moment.</summary>
/// <param name="Holds">Threads that hold the program in place.</param>
/// <param name="Number">Of the last request.</param>
/// <param name="Listens">The program has callbacks: they run before a capture.</param>
/// <param name="Ready">The request for which they have run.</param>
/// <param name="Thread">Thread to signal, as the program sees it; 0: the process.</param>
/// <param name="Signal">0: the program wants none.</param>
/// <param name="Moves">Arrivals counted so far.</param>
/// <param name="Checkpoint">Number of the program's own request to be saved.</param>
/// <param name="Arrives">Of one that is captured: what <paramref name="Moves"/> is where it is resumed.</param>
public readonly record struct MailboxState(
    uint Holds, ProgramRequest Request, uint Number, bool Listens, uint Ready, int Thread, int Signal, uint Moves, uint Checkpoint, uint Arrives)
{
    /// <summary>Callbacks have run, or there are none.</summary>
    public bool IsReady => !Listens || Ready == Number;
}
