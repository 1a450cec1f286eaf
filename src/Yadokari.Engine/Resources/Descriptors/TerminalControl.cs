using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Whose controlling terminal a pseudoterminal of the job is, in the job's own numbers.</summary>
/// <param name="Session">Its session's leader; 0: nobody's.</param>
/// <param name="Foreground">The foreground group; 0: the leader's own, or one that has ended meanwhile.</param>
/// <param name="Problem">What can't be carried of it; null: nothing.</param>
internal sealed record TerminalControl(int Session, int Foreground, string? Problem)
{
    public static TerminalControl Of(OpenDescription master, SharedDescriptions shared)
    {
        if (PseudoTerminal.Session(master.Handle) is not { } session)
        {
            return new TerminalControl(0, 0, null);
        }

        if (shared.OwnPid(session) is not { } leader)
        {
            return new TerminalControl(0, 0, $"is the controlling terminal of session {session}, which is not the job's");
        }

        if (PseudoTerminal.Foreground(master.Handle) is not { } group || group == ProcStat.Read(session)?.ProcessGroup)
        {
            return new TerminalControl(leader, 0, null);
        }

        // A leader that has ended is there as long as its parent has not waited for it.
        foreach (int pid in shared.Processes.Append(group))
        {
            if (ProcStat.Read(pid)?.ProcessGroup == group && ProcStatus.Read(pid) is { NsGroup: [.., var own] })
            {
                return IsOfJob(pid, shared)
                    ? new TerminalControl(leader, own, null)
                    : new TerminalControl(leader, 0, $"has a foreground group {group} that is not the job's");
            }
        }

        return new TerminalControl(leader, 0, null);
    }

    private static bool IsOfJob(int pid, SharedDescriptions shared) =>
        shared.Processes.Contains(pid) || (ProcStat.Read(pid) is { State: 'Z' } ended && shared.Processes.Contains(ended.PPid));
}
