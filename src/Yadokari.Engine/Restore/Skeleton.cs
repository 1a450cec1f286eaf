using Yadokari.Engine.Image;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Restore;

/// <summary>
/// In which order the processes of a job are made, so that each is born in its session and can join its group. A session is only
/// inherited: who is in the one that its parent had before it led its own is made before that; who is in one whose leader has ended is
/// made by that leader, made again, and gets its parent when that ends once more.
/// </summary>
public sealed class Skeleton
{
    private readonly Dictionary<int, SkeletonPlace> _places;
    private readonly HashSet<int> _early = [];
    private readonly Dictionary<int, List<int>> _byLeader = [];
    private readonly List<SkeletonLeader> _leaders = [];
    private readonly List<(int Pid, Obstacle Obstacle)> _problems = [];

    /// <param name="all">The main process first, each other one behind its parent.</param>
    public Skeleton(IReadOnlyList<SkeletonPlace> all)
    {
        _places = all.ToDictionary(place => place.Pid);
        foreach (SkeletonPlace place in all.Skip(1))
        {
            FindBirth(place);
            SkeletonPlace parent = _places[place.Parent];
            if (place.Orphan && !IsMadeByParent(place.Pid))
            {
                _problems.Add((place.Pid, new Obstacle("orphan-process", $"belongs to the job, its parent has ended, and so has the leader of its session {place.Session}")));
            }

            // Whoever takes over a child is told of its end by SIGCHLD (kernel/exit.c, reparent_leader).
            if (place.ExitSignal != SIGCHLD && !IsMadeByParent(place.Pid))
            {
                _problems.Add((place.Pid, new Obstacle("exit-signal", $"tells its end by signal {place.ExitSignal}, not by SIGCHLD (clone), and is in session {place.Session}, whose leader has ended")));
            }

            if (place.Group == 0 && (IsEarly(place.Pid) ? _places[parent.Parent] : parent).Group != 0)
            {
                _problems.Add((place.Pid, new Obstacle("process-group", "is in a process group that is not the job's")));
            }
        }

        foreach ((int session, List<int> members) in _byLeader)
        {
            AddSession(session, members);
        }

        foreach (IGrouping<int, SkeletonPlace> group in all.Skip(1).Where(place => place.Group != 0).GroupBy(place => place.Group))
        {
            AddGroup(group.Key, [.. group]);
        }
    }

    /// <summary>Leaders that have ended and are made for a moment.</summary>
    public IReadOnlyList<SkeletonLeader> Leaders => _leaders;

    /// <summary>What can't be made again, by the process that stands so.</summary>
    public IReadOnlyList<(int Pid, Obstacle Obstacle)> Problems => _problems;

    public static Skeleton Of(TreeImage tree) => new(
    [
        .. tree.Processes.Select(process => new SkeletonPlace(process.Attributes.Pid, process.Parent, process.Session, process.Group, Ended: false) { Orphan = process.Orphan, ExitSignal = process.ExitSignal }),
        .. tree.Ended.Select(process => new SkeletonPlace(process.Pid, process.Parent, process.Session, process.Group, Ended: true) { ExitSignal = process.ExitSignal }),
    ]);

    /// <summary>It is made by its parent before that leads a session.</summary>
    public bool IsEarly(int pid) => _early.Contains(pid);

    /// <summary>It is made by its parent.</summary>
    public bool IsMadeByParent(int pid) => !_byLeader.Values.Any(members => members.Contains(pid));

    /// <summary>Who is made by a leader of a session that has ended, whether it was waited for or not.</summary>
    public IReadOnlyList<int> MembersOf(int leader) => _byLeader.GetValueOrDefault(leader) ?? [];

    private void FindBirth(SkeletonPlace place)
    {
        SkeletonPlace parent = _places[place.Parent];
        if (place.Session == place.Pid || place.Session == parent.Session)
        {
            return;
        }

        if (parent.Session == parent.Pid && parent.Parent != 0 && place.Session == _places[parent.Parent].Session)
        {
            _early.Add(place.Pid);
            return;
        }

        if (place.Session == 0 || _places.GetValueOrDefault(place.Session) is { Ended: false })
        {
            _problems.Add((place.Pid, new Obstacle("session", $"is in session {place.Session}, which is neither its own nor its parent's")));
            return;
        }

        if (!_byLeader.TryGetValue(place.Session, out List<int>? members))
        {
            _byLeader.Add(place.Session, members = []);
        }

        members.Add(place.Pid);
    }

    private void AddSession(int session, List<int> members)
    {
        int parent = _places[members[0]].Parent;
        SkeletonPlace? ended = _places.GetValueOrDefault(session);
        if (members.Exists(member => _places[member].Parent != parent) || (ended is not null && ended.Parent != parent))
        {
            _problems.Add((members[0], new Obstacle("session", $"is in session {session}, whose leader has ended, and so are others with another parent")));
        }
        else if (ended is null)
        {
            _leaders.Add(new SkeletonLeader(session, parent, LeadsSession: true, members));
        }
    }

    private void AddGroup(int group, IReadOnlyList<SkeletonPlace> members)
    {
        if (_places.TryGetValue(group, out SkeletonPlace? leader))
        {
            if (leader.Group != group || members.Any(member => member.Session != leader.Session))
            {
                _problems.Add((members[0].Pid, new Obstacle("process-group", $"is in process group {group}, whose first process has left it")));
            }

            return;
        }

        if (_leaders.Exists(known => known.Pid == group))
        {
            return;
        }

        // Its session's leader may have ended, too; that is then the one that all come from.
        SkeletonPlace? maker = members.FirstOrDefault(member => !member.Ended && member.Session == members[0].Session);
        if (maker is null)
        {
            _problems.Add((members[0].Pid, new Obstacle("process-group", $"is in process group {group}, whose leader and members have ended")));
            return;
        }

        _leaders.Add(new SkeletonLeader(group, maker.Pid, LeadsSession: false, []));
    }
}
