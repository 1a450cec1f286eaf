using Shouldly;
using Xunit;
using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Tests.Restore;

/// <summary>
/// Trees that a kernel could have: processes fork, make siblings (CLONE_PARENT), lead sessions, become subreapers and end, waited for or
/// not. Made by what a skeleton says, each is born in its session and ends up with its parent.
/// </summary>
public class SkeletonOfRandomTreesTests
{
    private const int Init = 1;
    private const int Main = 2;

    [Theory]
    [InlineData(12, 0)]
    [InlineData(40, 0)]
    [InlineData(250, 4)]
    public void Each_is_born_in_its_session_and_gets_its_parent(int steps, int mostRefused)
    {
        int handedOn = 0;
        int refused = 0;
        for (int seed = 0; seed < 400; seed++)
        {
            List<SkeletonPlace> places = new Kernel(new Random(seed)).Grow(steps);
            Skeleton skeleton = new(places);
            if (skeleton.Problems.Count > 0)
            {
                refused++;
                continue;
            }

            List<(int Pid, int Parent, int Session)> expected = [.. places.Select(place => (place.Pid, place.Orphan || place.Pid == Main ? Init : place.Parent, place.Session)).Order()];
            Rebuild(places, skeleton).ShouldBe(expected, ignoreOrder: false, $"seed {seed}");
            handedOn += skeleton.Handovers.Count;
        }

        refused.ShouldBeLessThanOrEqualTo(mostRefused);
        handedOn.ShouldBeGreaterThan(40);
    }

    /// <summary>What becomes of a tree that is made as the skeleton says: number, parent and session of each.</summary>
    private static List<(int Pid, int Parent, int Session)> Rebuild(List<SkeletonPlace> places, Skeleton skeleton)
    {
        Dictionary<int, SkeletonPlace> all = places.ToDictionary(place => place.Pid);
        Dictionary<int, int> session = [];
        Dictionary<int, int> parent = [];
        Dictionary<SkeletonMiddleman, int> middlemen = [];
        Make(Main, Init, 0);

        // As the kernel gives away the children of who ends (find_new_reaper).
        foreach (SkeletonHandover handover in skeleton.Handovers)
        {
            foreach (SkeletonMiddleman middleman in handover.Middlemen)
            {
                int taker = parent[middlemen[middleman]];
                while (taker != Init && taker != handover.Taker)
                {
                    taker = parent[taker];
                }

                foreach (int member in middleman.Members)
                {
                    parent[member].ShouldBe(middlemen[middleman]);
                    parent[member] = taker;
                }
            }
        }

        return [.. places.Select(place => (place.Pid, parent[place.Pid], session[place.Pid])).Order()];

        void Make(int pid, int maker, int born)
        {
            parent.Add(pid, maker);
            session.Add(pid, born);
            SkeletonPlace? place = all.GetValueOrDefault(pid);
            List<SkeletonPlace> children = [.. places.Where(child => child.Parent == pid && skeleton.IsMadeByParent(child.Pid))];
            children.Where(child => skeleton.IsEarly(child.Pid)).ToList().ForEach(child => Make(child.Pid, pid, born));
            session[pid] = place is null || place.Session == pid ? pid : born;
            children.Where(child => !skeleton.IsEarly(child.Pid)).ToList().ForEach(child => Make(child.Pid, child.Orphan ? Init : pid, session[pid]));
            foreach (SkeletonLeader leader in skeleton.Leaders.Where(leader => leader.Maker == pid))
            {
                Make(leader.Pid, pid, session[pid]);
            }

            foreach (SkeletonMiddleman middleman in skeleton.Handovers.SelectMany(handover => handover.Middlemen).Where(middleman => middleman.Maker == pid))
            {
                int number = 1_000_000 + middlemen.Count;
                middlemen.Add(middleman, number);
                parent.Add(number, pid);
                session.Add(number, session[pid]);
                middleman.Members.ToList().ForEach(member => Make(member, number, session[pid]));
            }
        }
    }

    /// <summary>What it does with processes, as far as sessions and parents go.</summary>
    private sealed class Kernel(Random random)
    {
        private sealed record Process(int Pid)
        {
            public int Parent { get; set; }

            public int Session { get; set; }

            public bool Subreaper { get; set; }

            public bool Ended { get; set; }
        }

        private readonly SortedDictionary<int, Process> _all = new() { [Main] = new Process(Main) { Parent = Init, Session = Main } };
        private int _last = Main;

        public List<SkeletonPlace> Grow(int steps)
        {
            for (int step = 0; step < steps; step++)
            {
                List<Process> living = [.. _all.Values.Where(process => !process.Ended)];
                Process one = living[random.Next(living.Count)];
                switch (random.Next(31))
                {
                    case < 12:
                        Add(one.Pid, one.Session);
                        break;
                    case < 16 when one.Pid != Main:
                        Add(one.Parent, one.Session);
                        break;
                    case < 20 when one.Pid != Main:
                        End(one, waitedFor: random.Next(4) != 0);
                        break;
                    case < 25:
                        one.Subreaper = random.Next(2) == 0;
                        break;
                    default:
                        one.Session = one.Pid;
                        break;
                }
            }

            List<SkeletonPlace> places = [];
            HashSet<int> placed = [Init];
            while (places.Count < _all.Count)
            {
                foreach (Process process in _all.Values.Where(process => placed.Contains(process.Parent) && (process.Pid == Main || placed.Contains(Main)) && !placed.Contains(process.Pid)).ToList())
                {
                    placed.Add(process.Pid);
                    bool orphan = process.Parent == Init && process.Pid != Main;
                    places.Add(new SkeletonPlace(process.Pid, process.Pid == Main ? 0 : orphan ? Main : process.Parent, process.Session, 0, process.Ended) { Orphan = orphan });
                }
            }

            return places;
        }

        private void Add(int parent, int session)
        {
            _last++;
            _all.Add(_last, new Process(_last) { Parent = parent, Session = session });
        }

        private void End(Process process, bool waitedFor)
        {
            int taker = process.Parent;
            while (taker != Init && !_all[taker].Subreaper)
            {
                taker = _all[taker].Parent;
            }

            foreach (Process child in _all.Values.Where(child => child.Parent == process.Pid).ToList())
            {
                child.Parent = taker;

                // The init waits for all.
                if (taker == Init && child.Ended)
                {
                    _all.Remove(child.Pid);
                }
            }

            process.Ended = true;
            if (waitedFor || process.Parent == Init)
            {
                _all.Remove(process.Pid);
            }
        }
    }
}
