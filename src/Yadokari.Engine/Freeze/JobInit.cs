using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Freeze;

/// <summary>The init of a job's own namespaces, if it has one.</summary>
/// <param name="Pid">The init.</param>
/// <param name="Waiter">Its parent, outside.</param>
internal sealed record JobInit(int Pid, int Waiter)
{
    /// <param name="main">The job's main process.</param>
    /// <returns>Null when its parent is no such init.</returns>
    public static JobInit? Of(int main) =>
        ProcStat.Read(main) is { PPid: > 1 } stat
        && ProcStatus.Read(stat.PPid) is { NsPid: [_, .., 1] } init
        && ProcMisc.Executable(init.Pid) is { } program && program == ProcMisc.Executable(init.PPid)
            ? new JobInit(init.Pid, init.PPid)
            : null;

    /// <summary>Processes of the job whose parents have ended: the init took them over.</summary>
    /// <param name="main">The job's main process.</param>
    public static IReadOnlyList<int> Orphans(int main) => Of(main) is { } init
        ? [.. (ProcTasks.Children(init.Pid) ?? []).Where(child => child != main && ProcStat.Read(child) is { HasEnded: false })]
        : [];
}
