using Yadokari.Linux;

namespace Yadokari.Engine.Consent;

/// <summary>Tells a program that has arrived, or that has made itself known, where it is.</summary>
public static class ProgramGreeting
{
    /// <param name="address">Where its mailbox is, if it has told.</param>
    /// <param name="host">Name of this host.</param>
    /// <param name="socket">Path of the local daemon's socket.</param>
    /// <returns>False when it has no mailbox.</returns>
    public static bool Give(int pid, ulong? address, string host, string socket)
    {
        using ProgramMailbox? mailbox = ProgramMailbox.TryOpen(pid, address);
        if (mailbox?.TryRead() is not { } state)
        {
            return false;
        }
        try
        {
            mailbox.WriteFacts(host, socket);
            if (state.Request == ProgramRequest.Captured)
            {
                // It was resumed here a moment ago, and waits for this. First the number, then the word that lets the program go on.
                mailbox.WriteMoves(state.Moves + 1);
                mailbox.WriteRequest(ProgramRequest.None);
                mailbox.Notify(state);
            }
            return true;
        }
        catch (SystemCallException)
        {
            return false;
        }
    }
}
