using Yadokari.Engine.Freeze;
using Yadokari.Engine.Image;
using Yadokari.Engine.Restore;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>How the processes of a job stand to each other, in the job's own numbers.</summary>
internal sealed class Kinship
{
    private readonly int main;
    private readonly int init;
    private readonly Dictionary<int, ProcStatus> statuses = [];
    private readonly Dictionary<int, ProcStat> stats = [];

    /// <param name="tree">Stands still.</param>
    public Kinship(FrozenTree tree)
        : this([.. tree.Processes.Select(process => process.Pid)], tree.Ended, static pid => throw Gone(pid))
    {
    }

    /// <param name="living">The main process first.</param>
    /// <param name="ended">Those that wait to be reaped.</param>
    /// <param name="gone">What to do about one that is there no more.</param>
    public Kinship(IReadOnlyList<int> living, IReadOnlyList<int> ended, Action<int> gone)
    {
        main = living[0];
        init = JobInit.Of(main)?.Pid ?? 0;
        foreach (int pid in living.Concat(ended))
        {
            if (ProcStatus.Read(pid) is { } status && ProcStat.Read(pid) is { } stat)
            {
                statuses.Add(pid, status);
                stats.Add(pid, stat);
            }
            else
            {
                gone(pid);
            }
        }
    }

    /// <summary>What one process is to the others.</summary>
    public ProcessImage Place(ProcessImage image, int pid) => image with
    {
        Parent = Parent(pid),
        Orphan = IsOrphan(pid),
        Group = Group(pid),
        Session = Session(pid),
        WithoutTerminal = stats[pid].TerminalDevice == 0 && stats.GetValueOrDefault(stats[pid].Session) is { TerminalDevice: not 0 },
        Foreground = Foreground(pid),
        ExitSignal = pid == main ? 17 : stats[pid].ExitSignal,
        SharesDirectory = pid != main && !IsOrphan(pid) && Kcmp.FindCommon(ProcTasks.Witness(stats[pid].PPid), ProcTasks.Witness(pid)) == Kcmp.DirectoryName,
    };

    private int Foreground(int pid)
    {
        ProcStat stat = stats[pid];
        if (stat.Session != pid || stat.TerminalDevice == 0 || stat.TerminalGroup == stat.ProcessGroup)
        {
            return 0;
        }

        int member = stats.Keys.FirstOrDefault(other => stats[other].ProcessGroup == stat.TerminalGroup);
        return member == 0 ? 0 : Group(member);
    }

    public EndedProcessImage Ended(int pid)
    {
        ProcStat stat = stats[pid];
        int status = ProcStat.ReadExit(pid, stat.StartTicks) ?? throw Gone(pid);
        ProcStatus own = statuses[pid];
        return new EndedProcessImage(Inner(pid), Parent(pid), Group(pid), Session(pid), stat.Name, own.Uids[0], own.Gids[0], status) { ExitSignal = stat.ExitSignal };
    }

    /// <summary>Whom each descends from and belongs to, with the numbers of outside for those that can be named.</summary>
    public IReadOnlyList<SkeletonPlace> Places(IReadOnlyList<int> ended)
    {
        List<SkeletonPlace> places = [];
        HashSet<int> placed = [];
        foreach (int pid in stats.Keys)
        {
            // One whose parent is there no more has another by now.
            if ((pid == main || IsOrphan(pid) || placed.Contains(stats[pid].PPid)) && placed.Add(pid))
            {
                places.Add(new SkeletonPlace(Inner(pid), Parent(pid), Session(pid), Group(pid), ended.Contains(pid)) { Orphan = IsOrphan(pid), ExitSignal = pid == main ? 17 : stats[pid].ExitSignal });
            }
        }

        return places;
    }

    /// <summary>The number outside.</summary>
    public int Outer(int inner) => stats.Keys.FirstOrDefault(pid => Inner(pid) == inner);

    private int Inner(int pid) => statuses[pid].NsPid is [.., int inner] ? inner : pid;

    private bool IsOrphan(int pid) => pid != main && init != 0 && stats[pid].PPid == init;

    /// <summary>An orphan is made by the main process.</summary>
    private int Parent(int pid) => pid == main ? 0 : IsOrphan(pid) ? Inner(main) : Inner(stats[pid].PPid);

    private int Group(int pid) => IsOutside(stats[pid].ProcessGroup, stats[main].ProcessGroup, stats[main].Session) ? 0 : statuses[pid].NsGroup is [.., int inner] ? inner : stats[pid].ProcessGroup;

    private int Session(int pid) => IsOutside(stats[pid].Session, stats[main].Session, stats[main].Session) ? 0 : statuses[pid].NsSession is [.., int inner] ? inner : stats[pid].Session;

    /// <summary>What the main process has not made, but was made in.</summary>
    private bool IsOutside(int number, int ofMain, int session) =>
        number != main && !stats.ContainsKey(number) && (number == ofMain || number == session);

    private static EngineException Gone(int pid) => new(EngineError.NoSuchProcess, $"process {pid} was killed while it was frozen");
}
