using Yadokari.Engine.Restore;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Capture;

/// <summary>What can't be carried of how the processes of a job stand to each other.</summary>
internal sealed class TreeObstacles
{
    /// <summary>Each is compared with each.</summary>
    private const int MaxProcesses = 256;

    private const int CoreDumped = 0x80;

    private static readonly string[] Namespaces = ["pid", "mnt", "net", "ipc", "uts", "user", "time", "cgroup"];

    private readonly IReadOnlyList<int> _living;
    private readonly List<Obstacle> _obstacles = [];
    private readonly Dictionary<int, ProcStat> _stats = [];
    private readonly HashSet<int> _handedOn = [];

    private TreeObstacles(IReadOnlyList<int> living) => _living = living;

    /// <param name="living">The main process first, each other one behind its parent.</param>
    /// <param name="ended">Those of their children that wait to be reaped.</param>
    public static IReadOnlyList<Obstacle> Find(IReadOnlyList<int> living, IReadOnlyList<int> ended)
    {
        TreeObstacles finder = new(living);
        if (living.Count + ended.Count > 1)
        {
            finder.FindAll(ended);
        }

        return finder._obstacles;
    }

    private void FindAll(IReadOnlyList<int> ended)
    {
        if (_living.Count > MaxProcesses)
        {
            _obstacles.Add(new Obstacle("too-many-processes", $"it has {_living.Count} processes; {MaxProcesses} can be carried together"));
            return;
        }

        if (_living.Contains(Environment.ProcessId))
        {
            _obstacles.Add(new Obstacle("child-process", "yado itself is among its children: ask from outside"));
        }

        foreach (int pid in _living.Concat(ended))
        {
            if (ProcStat.Read(pid) is { } stat)
            {
                _stats.Add(pid, stat);
            }
        }

        IReadOnlyList<ulong?> main = [.. Namespaces.Select(kind => ProcMisc.NamespaceInode(_living[0], kind))];
        foreach (int pid in _living.Skip(1))
        {
            FindOfOne(pid, main);
        }

        foreach (int pid in ended)
        {
            FindOfEnded(pid);
        }

        FindPlaces(ended);
        FindCommon();
    }

    /// <param name="main">The namespaces of the main process.</param>
    private void FindOfOne(int pid, IReadOnlyList<ulong?> main)
    {
        if (!_stats.ContainsKey(pid))
        {
            return;
        }

        for (int i = 0; i < Namespaces.Length; i++)
        {
            if (ProcMisc.NamespaceInode(pid, Namespaces[i]) != main[i] && ProcStat.Read(pid) is not null)
            {
                _obstacles.Add(new Obstacle("namespace-apart", $"{ProcessLabel.Of(pid)} has another {Namespaces[i]} namespace than its job"));
            }
        }
    }

    private void FindOfEnded(int pid)
    {
        if (!_stats.TryGetValue(pid, out ProcStat? stat))
        {
            return;
        }

        // It would be sent once more when the process ends again, and nothing drops it.
        if (stat.ExitSignal is SIGKILL or SIGSTOP)
        {
            _obstacles.Add(new Obstacle("exit-signal", $"{ProcessLabel.Of(pid)} has told its end by signal {stat.ExitSignal} (clone), and its parent has not waited for it yet"));
        }

        if (ProcStat.ReadExit(pid, stat.StartTicks) is { } status && (status & 0x7f) != 0 && (status & CoreDumped) != 0)
        {
            _obstacles.Add(new Obstacle("dumped-core", $"{ProcessLabel.Of(pid)} has ended with a core file, and its parent has not waited for it yet"));
        }
    }

    /// <summary>Sessions are only inherited, and groups joined while they last.</summary>
    private void FindPlaces(IReadOnlyList<int> ended)
    {
        if (!_stats.TryGetValue(_living[0], out ProcStat? main))
        {
            return;
        }

        Kinship kinship = new(_living, ended, static _ => { });
        IReadOnlyList<SkeletonPlace> places = kinship.Places(ended);
        Skeleton skeleton = new(places);
        _handedOn.UnionWith(places.Select(place => place.Pid).Where(pid => !skeleton.IsMadeByParent(pid)).Select(kinship.Outer));
        foreach ((int pid, Obstacle problem) in skeleton.Problems)
        {
            _obstacles.Add(new Obstacle(problem.Name, $"{ProcessLabel.Of(kinship.Outer(pid))} {problem.Detail}"));
        }

        // A number that a living process outside has is no leader that has ended.
        foreach (int pid in _living.Skip(1))
        {
            if (!_stats.TryGetValue(pid, out ProcStat? stat))
            {
                continue;
            }

            if (IsForeign(stat.Session) && stat.Session != main.Session)
            {
                _obstacles.Add(new Obstacle("session", $"{ProcessLabel.Of(pid)} is in session {stat.Session}, which is not the job's"));
            }
            else if (IsForeign(stat.ProcessGroup) && stat.ProcessGroup != main.ProcessGroup)
            {
                _obstacles.Add(new Obstacle("process-group", $"{ProcessLabel.Of(pid)} is in process group {stat.ProcessGroup}, which is not the job's"));
            }
        }
    }

    private bool IsForeign(int leader) => leader != 0 && !_stats.ContainsKey(leader) && ProcStat.Read(leader) is not null;

    private void FindCommon()
    {
        List<int> witnesses = [.. _living.Select(ProcTasks.Witness)];
        Dictionary<int, int> processes = witnesses.Zip(_living).DistinctBy(pair => pair.First).ToDictionary();
        HashSet<(int, int)> told = [];
        foreach ((string what, IReadOnlyList<int> same) in Kcmp.FindAllCommon(witnesses))
        {
            List<int> all = [.. same.Select(witness => processes[witness])];
            foreach ((int first, int second) in what is Kcmp.DirectoryName or Kcmp.TableName ? Apart(all) : Pairs(all))
            {
                if (told.Add((first, second)))
                {
                    _obstacles.Add(new Obstacle("shared-by-clone", $"{ProcessLabel.Of(second)} has its {what} in common with {ProcessLabel.Of(first)} (clone, or vfork before the exec)") { Passes = true });
                }
            }
        }
    }

    private static IEnumerable<(int First, int Second)> Pairs(IReadOnlyList<int> all) =>
        all.SelectMany((first, index) => all.Skip(index + 1).Select(second => (first, second)));

    /// <summary>A directory and a descriptor table are handed on at birth; only so are they made again: all but one must have it of
    /// their parent.</summary>
    private IEnumerable<(int First, int Second)> Apart(List<int> all) =>
        Pairs([.. all.Where(one => !all.Exists(other => IsParent(other, one)))]);

    private bool IsParent(int parent, int child) => !_handedOn.Contains(child) && _stats.TryGetValue(child, out ProcStat? stat) && stat.PPid == parent;
}
