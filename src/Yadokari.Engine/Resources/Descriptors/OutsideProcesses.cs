using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>
/// Everything else that runs: what a process shares, the kernel tells only by looking at all others. Processes of other users
/// that may not be looked into are passed over, unless they are kin: an ancestor, or a process with the same name, where
/// nothing was executed since the fork that made them two. Other copies of this program are passed over as well: one that scans
/// the same process, or a child of ours before its exec, holds fetched descriptors for a moment.
/// </summary>
/// <param name="inside">Who is not outside; the main process first.</param>
internal sealed class OutsideProcesses(IReadOnlyList<int> inside)
{
    private const uint ForkedWithoutExec = 0x40; // PF_FORKNOEXEC

    private readonly string? _program = ProcMisc.Executable(Environment.ProcessId);

    /// <summary>Asks about each process that may be looked into.</summary>
    /// <param name="look">May fail with EACCES or EPERM.</param>
    /// <returns>A process that is kin and may not be looked into; null for none.</returns>
    public int? ForEach(Action<int> look)
    {
        int? closed = null;
        foreach (int other in ProcTasks.Everybody())
        {
            if (inside.Contains(other) || other == Environment.ProcessId)
            {
                continue;
            }

            try
            {
                if (ProcMisc.Executable(other) is { } executable && executable != _program)
                {
                    look(other);
                }
            }
            catch (SystemCallException error) when (error.Number is Errno.EACCES or Errno.EPERM)
            {
                closed ??= IsKin(other) ? other : null;
            }
        }

        return closed;
    }

    /// <summary>Whether memory or descriptors may have been shared since a fork.</summary>
    private bool IsKin(int other)
    {
        if (ProcStat.Read(inside[0]) is not { } own || ProcStat.Read(other) is not { } stat || stat.Name != own.Name)
        {
            return false;
        }

        // Both descend from programs that were executed, and from two of them: nothing has been shared since a fork.
        if (Executed(own) is { } ours && Executed(stat) is { } theirs && ours != theirs)
        {
            return false;
        }

        // Its parent is gone, so that nobody can tell whose fork it is; but it is of another user, and of another session.
        if (Executed(stat) is null && stat.Session != own.Session && !IsSameUser(other))
        {
            return false;
        }

        bool ancestor = false;
        for (ProcStat? at = own; at is { PPid: > 1 } && (at.KernelFlags & ForkedWithoutExec) != 0 && !ancestor; at = ProcStat.Read(at.PPid))
        {
            ancestor = at.PPid == other;
        }

        return ancestor || (stat.KernelFlags & ForkedWithoutExec) != 0;
    }

    private bool IsSameUser(int other) =>
        ProcStatus.Read(inside[0]) is { } own && ProcStatus.Read(other) is { } status && status.Uids.Intersect(own.Uids).Any();

    /// <summary>The ancestor, or the process itself, since whose exec there were only forks; null when one of them is gone.</summary>
    private static int? Executed(ProcStat? process)
    {
        while (process is { PPid: > 1 } && (process.KernelFlags & ForkedWithoutExec) != 0)
        {
            process = ProcStat.Read(process.PPid);
        }

        return process is not null && (process.KernelFlags & ForkedWithoutExec) == 0 ? process.Pid : null;
    }
}
