using Yadokari.Engine.Freeze;
using Yadokari.Engine.Image;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>How the processes of a frozen job stand to each other, in the job's own numbers.</summary>
internal sealed class Kinship
{
    private readonly int main;
    private readonly Dictionary<int, int> inner = [];
    private readonly Dictionary<int, ProcStat> stats = [];

    public Kinship(FrozenTree tree)
    {
        main = tree.Pid;
        foreach (int pid in tree.Processes.Select(process => process.Pid).Concat(tree.Ended))
        {
            ProcStatus status = ProcStatus.Read(pid) ?? throw Gone(pid);
            inner.Add(pid, status.NsPid.Count > 0 ? status.NsPid[^1] : pid);
            stats.Add(pid, ProcStat.Read(pid) ?? throw Gone(pid));
        }
    }

    /// <summary>As <see cref="ProcessImage.Parent"/>.</summary>
    public int Parent(int pid) => pid == main ? 0 : inner[stats[pid].PPid];

    /// <summary>As <see cref="ProcessImage.Group"/>.</summary>
    public int Group(int pid) => inner.GetValueOrDefault(stats[pid].ProcessGroup);

    public EndedProcessImage Ended(int pid)
    {
        ProcStat stat = stats[pid];
        int status = ProcStat.ReadExit(pid, stat.StartTicks) ?? throw Gone(pid);
        ProcStatus own = ProcStatus.Read(pid) ?? throw Gone(pid);
        return new EndedProcessImage(inner[pid], Parent(pid), Group(pid), stat.Session == pid, stat.Name, own.Uids[0], own.Gids[0], status);
    }

    private static EngineException Gone(int pid) => new(EngineError.NoSuchProcess, $"process {pid} was killed while it was frozen");
}
