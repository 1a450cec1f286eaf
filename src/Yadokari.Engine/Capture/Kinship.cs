using Yadokari.Engine.Freeze;
using Yadokari.Engine.Image;
using Yadokari.Engine.Restore;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Capture;

/// <summary>How the processes of a job stand to each other, in the job's own numbers.</summary>
internal sealed class Kinship
{
    private readonly int _main;
    private readonly int _init;
    private readonly Dictionary<int, ProcStatus> _statuses = [];
    private readonly Dictionary<int, ProcStat> _stats = [];

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
        _main = living[0];
        _init = JobInit.Of(_main)?.Pid ?? 0;
        foreach (int pid in living.Concat(ended))
        {
            if (ProcStatus.Read(pid) is { } status && ProcStat.Read(pid) is { } stat)
            {
                _statuses.Add(pid, status);
                _stats.Add(pid, stat);
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
        WithoutTerminal = _stats[pid].TerminalDevice == 0 && _stats.GetValueOrDefault(_stats[pid].Session) is { TerminalDevice: not 0 },
        Foreground = Foreground(pid),
        ExitSignal = pid == _main ? SIGCHLD : _stats[pid].ExitSignal,
        SharesDirectory = pid != _main && !IsOrphan(pid) && Kcmp.HaveOneDirectory(ProcTasks.Witness(_stats[pid].PPid), ProcTasks.Witness(pid)),
    };

    private int Foreground(int pid)
    {
        ProcStat stat = _stats[pid];
        if (stat.Session != pid || stat.TerminalDevice == 0 || stat.TerminalGroup == stat.ProcessGroup)
        {
            return 0;
        }

        int member = _stats.Keys.FirstOrDefault(other => _stats[other].ProcessGroup == stat.TerminalGroup);
        return member == 0 ? 0 : Group(member);
    }

    public EndedProcessImage Ended(int pid)
    {
        ProcStat stat = _stats[pid];
        int status = ProcStat.ReadExit(pid, stat.StartTicks) ?? throw Gone(pid);
        ProcStatus own = _statuses[pid];
        return new EndedProcessImage(Inner(pid), Parent(pid), Group(pid), Session(pid), stat.Name, own.Uids[0], own.Gids[0], status) { ExitSignal = stat.ExitSignal };
    }

    /// <summary>Whom each descends from and belongs to, with the numbers of outside for those that can be named.</summary>
    public IReadOnlyList<SkeletonPlace> Places(IReadOnlyList<int> ended)
    {
        List<SkeletonPlace> places = [];
        HashSet<int> placed = [];
        foreach (int pid in _stats.Keys)
        {
            // One whose parent is there no more has another by now.
            if ((pid == _main || IsOrphan(pid) || placed.Contains(_stats[pid].PPid)) && placed.Add(pid))
            {
                places.Add(new SkeletonPlace(Inner(pid), Parent(pid), Session(pid), Group(pid), ended.Contains(pid)) { Orphan = IsOrphan(pid), ExitSignal = pid == _main ? SIGCHLD : _stats[pid].ExitSignal });
            }
        }

        return places;
    }

    /// <summary>The number outside.</summary>
    public int Outer(int inner) => _stats.Keys.FirstOrDefault(pid => Inner(pid) == inner);

    private int Inner(int pid) => _statuses[pid].NsPid is [.., int inner] ? inner : pid;

    private bool IsOrphan(int pid) => pid != _main && _init != 0 && _stats[pid].PPid == _init;

    /// <summary>An orphan is made by the main process.</summary>
    private int Parent(int pid) => pid == _main ? 0 : IsOrphan(pid) ? Inner(_main) : Inner(_stats[pid].PPid);

    private int Group(int pid) => IsOutside(_stats[pid].ProcessGroup, _stats[_main].ProcessGroup, _stats[_main].Session) ? 0 : _statuses[pid].NsGroup is [.., int inner] ? inner : _stats[pid].ProcessGroup;

    private int Session(int pid) => IsOutside(_stats[pid].Session, _stats[_main].Session, _stats[_main].Session) ? 0 : _statuses[pid].NsSession is [.., int inner] ? inner : _stats[pid].Session;

    /// <summary>What the main process has not made, but was made in.</summary>
    private bool IsOutside(int number, int ofMain, int session) =>
        number != _main && !_stats.ContainsKey(number) && (number == ofMain || number == session);

    private static EngineException Gone(int pid) => new(EngineError.NoSuchProcess, $"process {pid} was killed while it was frozen");
}
