using Yadokari.Engine.Image;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Restore;

/// <summary>
/// In which order the processes of a job are made, so that each is born in its session and can join its group. A session is only
/// inherited: who is in the one that its parent had before it led its own is made before that; who is in that of another process is
/// made below that one, which is made again when it has ended, by a middleman, and gets its parent when that ends.
/// </summary>
public sealed class Skeleton
{
    private readonly int _main;
    private readonly Dictionary<int, SkeletonPlace> _places;

    /// <summary>Who is made before its parent leads a session, by number, and in which.</summary>
    private readonly Dictionary<int, int> _early = [];
    private readonly Dictionary<int, List<SkeletonPlace>> _bySession = [];
    private readonly HashSet<int> _handedOn = [];
    private readonly List<SkeletonLeader> _leaders = [];
    private readonly List<SkeletonHandover> _handovers = [];
    private readonly List<(int Pid, Obstacle Obstacle)> _problems = [];

    /// <param name="all">The main process first, each other one behind its parent.</param>
    public Skeleton(IReadOnlyList<SkeletonPlace> all)
    {
        _main = all[0].Pid;
        _places = all.ToDictionary(place => place.Pid);
        foreach (SkeletonPlace place in all.Skip(1).Where(place => place.Session != place.Pid))
        {
            FindBirth(place, place.Session);
        }

        Dictionary<int, List<SkeletonMiddleman>> byTaker = [];
        foreach ((int session, List<SkeletonPlace> members) in _bySession)
        {
            AddSession(session, members, byTaker);
        }

        foreach ((int taker, List<SkeletonMiddleman> middlemen) in byTaker)
        {
            _handovers.Add(new SkeletonHandover(taker, middlemen, Turns));
        }

        foreach (IGrouping<int, SkeletonPlace> group in all.Skip(1).Where(place => place.Group != 0).GroupBy(place => place.Group))
        {
            AddGroup(group.Key, [.. group]);
        }

        foreach (SkeletonPlace place in all.Skip(1))
        {
            FindProblems(place);
        }
    }

    /// <summary>Leaders that have ended and are made for a moment.</summary>
    public IReadOnlyList<SkeletonLeader> Leaders => _leaders;

    /// <summary>Who is handed on to whom, one after the other.</summary>
    public IReadOnlyList<SkeletonHandover> Handovers => _handovers;

    /// <summary>How far is counted until all have their parents.</summary>
    public int Turns => _handovers is [.., { End: int end }] ? end : 0;

    /// <summary>What can't be made again, by the process that stands so.</summary>
    public IReadOnlyList<(int Pid, Obstacle Obstacle)> Problems => _problems;

    public static Skeleton Of(TreeImage tree) => new(
    [
        .. tree.Processes.Select(process => new SkeletonPlace(process.Attributes.Pid, process.Parent, process.Session, process.Group, Ended: false) { Orphan = process.Orphan, ExitSignal = process.ExitSignal }),
        .. tree.Ended.Select(process => new SkeletonPlace(process.Pid, process.Parent, process.Session, process.Group, Ended: true) { ExitSignal = process.ExitSignal }),
    ]);

    /// <summary>It is made by its parent before that leads a session.</summary>
    public bool IsEarly(int pid) => _early.ContainsKey(pid);

    /// <summary>It is made by its parent.</summary>
    public bool IsMadeByParent(int pid) => !_handedOn.Contains(pid);

    private void FindProblems(SkeletonPlace place)
    {
        // Whoever takes over a child is told of its end by SIGCHLD (kernel/exit.c, reparent_leader).
        if (place.ExitSignal != SIGCHLD && !IsMadeByParent(place.Pid))
        {
            _problems.Add((place.Pid, new Obstacle("exit-signal", $"tells its end by signal {place.ExitSignal}, not by SIGCHLD (clone), and was born in a session that its parent never was in")));
        }

        SkeletonPlace born = place;
        while (IsEarly(born.Pid))
        {
            born = _places[born.Parent];
        }

        if (place.Group == 0 && _places[born.Parent].Group != 0)
        {
            _problems.Add((place.Pid, new Obstacle("process-group", "is in a process group that is not the job's")));
        }

        if (!DescendsFromMain(place.Pid))
        {
            _problems.Add((place.Pid, new Obstacle("session", $"is in session {place.Session}, and what would have to be made before it waits for it")));
        }
    }

    /// <param name="place">Its parent is made before it.</param>
    /// <param name="session">In which it was born.</param>
    private void FindBirth(SkeletonPlace place, int session)
    {
        if (session == _places[place.Parent].Session || FindEarly(place, session))
        {
            return;
        }

        if (session == 0)
        {
            _problems.Add((place.Pid, new Obstacle("session", "is in a session that is not the job's, and its parent is not")));
            return;
        }

        if (!_bySession.TryGetValue(session, out List<SkeletonPlace>? members))
        {
            _bySession.Add(session, members = []);
        }

        members.Add(place);
        _handedOn.Add(place.Pid);
    }

    /// <summary>It and those above it are made before they lead sessions, if a process above was in its session when it made them.</summary>
    private bool FindEarly(SkeletonPlace place, int session)
    {
        List<int> early = [];
        for (SkeletonPlace at = place; at is { Orphan: false, Parent: not 0 }; at = _places[at.Parent])
        {
            SkeletonPlace parent = _places[at.Parent];
            if (parent.Session == session)
            {
                foreach (int pid in early)
                {
                    _early[pid] = session;
                }

                return true;
            }

            early.Add(at.Pid);
            if (parent.Session != parent.Pid || WasElsewhere(parent.Pid, session))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Children that it made before it led a session show that it was in another one then.</summary>
    private bool WasElsewhere(int pid, int session) => _early.Any(child => child.Value != session && _places[child.Key].Parent == pid);

    /// <param name="byTaker">Gets who is to end so that each parent takes over what is its own.</param>
    private void AddSession(int session, List<SkeletonPlace> members, Dictionary<int, List<SkeletonMiddleman>> byTaker)
    {
        SkeletonPlace? leader = _places.GetValueOrDefault(session);
        int maker = 0;
        for (bool settled = false; !settled;)
        {
            List<int> takers = [.. members.Where(member => !member.Orphan).Select(member => member.Parent).Distinct().OrderByDescending(taker => Above(taker).Count)];
            maker = takers is [int deepest, ..] ? deepest : _main;
            HashSet<int> above = leader is null ? [maker, .. Above(maker)] : [.. Above(session)];
            int stranger = takers.Find(taker => !above.Contains(taker) || (leader is null && members.Exists(member => member.Pid == taker || Above(taker).Contains(member.Pid))));
            settled = stranger == 0;
            if (!settled && !LeadBefore(stranger, session, members))
            {
                SkeletonPlace one = members.First(member => member.Parent == stranger);
                _problems.Add((one.Pid, new Obstacle("session", $"is in session {session}, whose leader does not descend from its parent")));
                return;
            }
        }

        if (leader is null && members.Count > 0)
        {
            _leaders.Add(new SkeletonLeader(session, maker, LeadsSession: true));
        }

        foreach (IGrouping<int, SkeletonPlace> taken in members.GroupBy(member => member.Orphan ? 0 : member.Parent))
        {
            if (!byTaker.TryGetValue(taken.Key, out List<SkeletonMiddleman>? middlemen))
            {
                byTaker.Add(taken.Key, middlemen = []);
            }

            middlemen.Add(new SkeletonMiddleman(session, [.. taken.Select(member => member.Pid)]));
        }
    }

    /// <summary>Its children in a session have not been taken over by it: it was in that session itself, and leads its own since.</summary>
    private bool LeadBefore(int pid, int session, List<SkeletonPlace> members)
    {
        SkeletonPlace place = _places[pid];
        if (place.Session != pid || place.Parent == 0 || IsEarly(pid) || !IsMadeByParent(pid) || WasElsewhere(pid, session))
        {
            return false;
        }

        foreach (SkeletonPlace child in members.Where(member => member.Parent == pid && !member.Orphan))
        {
            _early[child.Pid] = session;
            _handedOn.Remove(child.Pid);
        }

        members.RemoveAll(member => member.Parent == pid && !member.Orphan);
        FindBirth(place, session);
        return true;
    }

    /// <summary>Whoever makes it is made in the end by the main process.</summary>
    private bool DescendsFromMain(int pid)
    {
        HashSet<int> seen = [];
        while (pid != _main && seen.Add(pid))
        {
            if (_leaders.Find(leader => leader.Pid == pid) is { } leader)
            {
                pid = leader.Maker;
            }
            else if (!_places.TryGetValue(pid, out SkeletonPlace? place))
            {
                // A session of which it is told already that it can't be.
                return true;
            }
            else
            {
                pid = IsMadeByParent(pid) ? place.Parent : _bySession.First(session => session.Value.Exists(member => member.Pid == pid)).Key;
            }
        }

        return pid == _main;
    }

    /// <summary>From its parent up to the main process, or to one that is the init's child.</summary>
    private List<int> Above(int pid)
    {
        List<int> above = [];
        for (SkeletonPlace place = _places[pid]; place is { Orphan: false, Parent: not 0 }; place = _places[place.Parent])
        {
            above.Add(place.Parent);
        }

        return above;
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

        _leaders.Add(new SkeletonLeader(group, maker.Pid, LeadsSession: false));
    }
}
