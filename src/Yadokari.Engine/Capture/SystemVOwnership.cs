using Yadokari.Engine.Freeze;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>
/// Which System V objects are a job's. In an IPC namespace of its own all are. In that of the host the kernel tells who made a
/// segment and how often it is attached, and who last used a queue or a semaphore: what the job used and a living process outside
/// did not is the job's; so is what nobody outside can be named for, and that came to be since the job began as its user's.
/// </summary>
internal sealed class SystemVOwnership
{
    private readonly HashSet<int> _own;
    private readonly IReadOnlyList<(int Pid, IReadOnlyList<Vma> Vmas)> _mapped;
    private readonly bool _standsStill;
    private readonly List<Obstacle> _obstacles = [];
    private readonly List<SystemVObject> _objects = [];
    private readonly List<SystemVObject> _used = [];
    private readonly uint _user;
    private readonly long _begin;

    private SystemVOwnership(IReadOnlyList<(int Pid, IReadOnlyList<Vma> Vmas)> mapped, IReadOnlyList<int> ended, bool standsStill)
    {
        _mapped = mapped;
        _standsStill = standsStill;
        _own = [.. mapped.Select(process => process.Pid), .. ended];
        int main = mapped[0].Pid;
        _user = ProcStatus.Read(main)?.Uids[1] ?? 0;
        _begin = (ProcClock.StartTime(main) ?? DateTimeOffset.MaxValue).ToUnixTimeSeconds() - 1;
        Place = PlaceOf(main);
    }

    public IpcPlace Place { get; }

    /// <summary>In the host's namespace, what is the job's; else nothing is known from here.</summary>
    public IReadOnlyList<SystemVObject> Objects => _objects;

    /// <summary>Those of them that it has used for certain: they go when it goes.</summary>
    public IReadOnlyList<SystemVObject> Used => _used;

    public IReadOnlyList<Obstacle> Obstacles => _obstacles;

    /// <param name="mapped">The job's processes with their mappings, the main process first.</param>
    /// <param name="ended">Those that wait to be reaped.</param>
    /// <param name="standsStill">It is frozen.</param>
    public static SystemVOwnership Find(IReadOnlyList<(int Pid, IReadOnlyList<Vma> Vmas)> mapped, IReadOnlyList<int> ended, bool standsStill)
    {
        SystemVOwnership finder = new(mapped, ended, standsStill);
        if (finder.Place == IpcPlace.Outside)
        {
            finder.FindSegments();
            finder.FindSets();
            finder.FindQueues();
        }
        else if (finder.Place == IpcPlace.Foreign && finder.Views().FirstOrDefault() is { } view)
        {
            finder._obstacles.Add(new Obstacle("sysv-shm", $"System V shared memory {view.Inode} is in an IPC namespace that is neither the job's own nor this one (a container's): yado can't tell who else uses it"));
        }

        return finder;
    }

    private static IpcPlace PlaceOf(int main)
    {
        ulong? ipc = ProcMisc.NamespaceInode(main, "ipc");
        return ipc == ProcMisc.NamespaceInode(Environment.ProcessId, "ipc") ? IpcPlace.Outside
            : JobInit.Of(main) is { } init && ipc == ProcMisc.NamespaceInode(init.Pid, "ipc") && ipc != ProcMisc.NamespaceInode(init.Waiter, "ipc") ? IpcPlace.Own
            : IpcPlace.Foreign;
    }

    private IEnumerable<Vma> Views() => _mapped.SelectMany(process => process.Vmas).Where(SystemVMapping.IsSegment);

    private void FindSegments()
    {
        Dictionary<ulong, int> views = Views().GroupBy(vma => vma.Inode).ToDictionary(group => group.Key, group => group.Count());
        foreach (SystemVObject segment in SystemVObject.Read(SystemVKind.Memory))
        {
            int ours = views.GetValueOrDefault((ulong)segment.Id);
            int creator = segment.Pids[0];
            string what = $"System V shared memory {segment.Id}";
            if (ours > 0 || (_own.Contains(creator) && segment.Count > 0))
            {
                if (segment.Count > ours)
                {
                    _obstacles.Add(new Obstacle("sysv-shm", $"{what} is attached by processes outside the job as well"));
                }
                else if (IsOutside(creator))
                {
                    _obstacles.Add(new Obstacle("sysv-shm", $"{what} was made by process {creator}, which is not of the job"));
                }
                else
                {
                    Take(segment, certain: true);
                }
            }
            else if (segment.Count == 0 && _own.Contains(creator))
            {
                // Nobody has it attached at this moment; who did it last may do it again.
                Check("sysv-shm", what, segment, segment.Pids);
            }
            else if (segment.Count == 0)
            {
                TakeUnlessOutside(segment, segment.Pids);
            }
        }
    }

    private void FindSets()
    {
        foreach (SystemVObject set in SystemVObject.Read(SystemVKind.Semaphores))
        {
            // Of a set that may not be read this program's user, who is the job's or root, has nothing.
            if (SystemVCall.LastUsers(set.Id, (int)set.Size) is not { } users)
            {
                continue;
            }

            if (users.Any(_own.Contains))
            {
                Check("sysv-sem", $"System V semaphores {set.Id}", set, users);
            }
            else
            {
                TakeUnlessOutside(set, users);
            }
        }
    }

    private void FindQueues()
    {
        foreach (SystemVObject queue in SystemVObject.Read(SystemVKind.Messages))
        {
            if (queue.Pids.Any(_own.Contains))
            {
                Check("sysv-msg", $"System V message queue {queue.Id}", queue, queue.Pids);
            }
            else
            {
                TakeUnlessOutside(queue, queue.Pids);
            }
        }
    }

    /// <summary>The job uses it; and nobody else?</summary>
    private void Check(string name, string what, SystemVObject one, IReadOnlyList<int> users)
    {
        if (users.FirstOrDefault(IsOutside) is > 0 and var other)
        {
            _obstacles.Add(new Obstacle(name, $"{what} is used by process {other} as well, which is not of the job"));
        }
        else if (one.Changed < _begin)
        {
            _obstacles.Add(new Obstacle(name, $"{what} is older than the job: whoever made it may use it"));
        }
        else if (_standsStill && one.Kind == SystemVKind.Semaphores && SystemVCall.Waiting(one.Id, (int)one.Size) is > 0)
        {
            // Threads of the job wait no more when they stand still.
            _obstacles.Add(new Obstacle(name, $"processes outside the job wait for {what}"));
        }
        else
        {
            Take(one, certain: true);
        }
    }

    /// <summary>Nobody of the job has used it last, or it has never been used.</summary>
    private void TakeUnlessOutside(SystemVObject one, IReadOnlyList<int> users)
    {
        if (!users.Any(IsOutside) && one.CreatorUid == _user && one.Changed >= _begin)
        {
            Take(one, certain: false);
        }
    }

    private void Take(SystemVObject one, bool certain)
    {
        _objects.Add(one);
        if (certain)
        {
            _used.Add(one);
        }
    }

    private bool IsOutside(int pid) => pid > 0 && !_own.Contains(pid) && ProcStat.Read(pid) is { HasEnded: false };
}
