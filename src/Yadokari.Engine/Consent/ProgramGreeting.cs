using Yadokari.Linux;

namespace Yadokari.Engine.Consent;

/// <summary>Tells a program that arrives, best before it runs, or that has made itself known, where it is.</summary>
public static class ProgramGreeting
{
    /// <param name="address">Where its mailbox is, if it has told.</param>
    /// <param name="host">Name of this host.</param>
    /// <param name="socket">Path of the local daemon's socket.</param>
    /// <param name="job">Name of the job that it is.</param>
    /// <returns>False when it has no mailbox.</returns>
    public static bool Give(int pid, ulong? address, string host, string socket, string job)
    {
        using ProgramMailbox? mailbox = ProgramMailbox.TryOpen(pid, address);
        if (mailbox?.TryRead() is not { } state)
        {
            return false;
        }
        try
        {
            bool arrives = state.Request == ProgramRequest.Captured;
            mailbox.WriteFacts(host, socket, job, arrives ? state.Arrives : state.Moves);
            if (arrives)
            {
                // It was resumed here and has not counted its arrival yet: the program itself may do the same now.
                mailbox.WriteMoves(state.Arrives);
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
