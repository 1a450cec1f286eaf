using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Sorts what has no file at all (anon_inode: eventfd, epoll, timerfd …) into images or obstacles.</summary>
internal sealed class AnonymousScanner(
    int pid, bool frozen, WatchedFiles watched, IReadOnlyList<OpenDescription> descriptions, SharedDescriptions shared, List<Obstacle> obstacles)
{
    private const uint AbsoluteTime = 1; // TFD_TIMER_ABSTIME

    /// <summary>To reach a number takes as many calls.</summary>
    private const int MostWatches = 1_000_000;

    /// <summary>Events, IN_EXCL_UNLINK and IN_ONESHOT.</summary>
    private const uint WatchMask = 0x84000fff;

    private Dictionary<int, OpenDescription>? _byNumber;

    public DescriptorImage? Scan(OpenDescription description)
    {
        ProcFdInfo info = description.Info;
        string kind = description.Link["anon_inode:".Length..].Trim('[', ']');
        return kind switch
        {
            "eventfd" when info.EventFd is { } counter => new EventFdImage
            {
                Numbers = description.Numbers,
                Flags = description.Flags,
                Count = counter.Count,
                Semaphore = counter.Semaphore,
            },
            "eventpoll" => ScanEpoll(description),
            "timerfd" when info.TimerFd is { } timer => ScanTimer(description, Refreshed(description, timer)),
            "signalfd" when info.SignalMask is { } mask => new SignalFdImage
            {
                Numbers = description.Numbers,
                Flags = description.Flags,
                Mask = mask,
            },
            "inotify" when Descriptor.GetReadableBytes(description.Handle) > 0 => Refuse(description, "inotify-watch", "events wait unread in it; read them", passes: true),
            "inotify" => ScanInotify(description),
            "io_uring" => Refuse(description, "io-uring", "an io_uring can't be carried; run the program without it"),
            "userfaultfd" => Refuse(description, "userfaultfd", "its page faults are served by hand; close it"),
            "pidfd" => ScanPidFd(description),
            "fanotify" => Refuse(description, "fanotify", "a fanotify group can't be carried; close it"),
            "perf_event" => Refuse(description, "perf-event", "performance counters can't be carried; close it"),
            _ when kind.StartsWith("bpf", StringComparison.Ordinal) => Refuse(description, "bpf", $"{kind} lives in the kernel; close it"),
            _ => Refuse(description, "unknown-descriptor", $"{description.Link} can't be carried; close it"),
        };
    }

    private InotifyImage? ScanInotify(OpenDescription description)
    {
        List<InotifyWatchImage> watches = [];
        foreach (InotifyWatch watch in description.Info.InotifyWatches)
        {
            string? path = watched.Find(watch);
            OpenDescription? removed = path is null && !shared.IsShared(description) ? FindRemoved(watch) : null;
            bool mayRead = removed is { } file ? watched.MayRead(file.Status) : path is not null && watched.MayRead(path);
            path ??= removed is null ? null : $"/proc/self/fd/{removed.First}";
            if (path is null || watch.Watch > MostWatches || !mayRead)
            {
                Refuse(description, "inotify-watch", path is null ? $"what it watches under number {watch.Watch} (inode {watch.Inode}) was not found; remove the watch"
                    : watch.Watch > MostWatches ? $"watch {watch.Watch} has a number above {MostWatches}; open the inotify anew"
                    : $"it watches {path}, which the job's user may not read; remove the watch");
                return null;
            }

            watches.Add(new InotifyWatchImage(watch.Watch, path, watch.Mask & WatchMask) { ByDescriptor = removed is not null });
        }

        watches.Sort((left, right) => left.Watch.CompareTo(right.Watch));
        return new InotifyImage { Numbers = description.Numbers, Flags = description.Flags, Watches = watches };
    }

    /// <summary>A removed file that the process itself has open, and no other of the job.</summary>
    private OpenDescription? FindRemoved(InotifyWatch watch)
    {
        return descriptions.FirstOrDefault(one => one.Status is { IsRegular: true, Links: 0 } && one.Status.Inode == watch.Inode && WatchedFiles.IsDevice(one.Status, watch.Device)
            && (one.Flags & O_PATH) == 0 && !one.OnlyInFlight && !shared.IsShared(one));
    }

    private PidFdImage? ScanPidFd(OpenDescription description)
    {
        const int gone = -1, thread = 0x80; // PIDFD_THREAD
        int process = description.Info.PidFdPid ?? 0;
        int? own = process == gone ? 0 : process > 0 ? shared.OwnPidOfAny(process) : null;
        if (own is null || (description.Flags & thread) != 0)
        {
            Refuse(description, "pidfd", own is null ? $"it stands for process {process}, which is not of the job; close it" : "it stands for a thread; close it");
            return null;
        }

        return new PidFdImage { Numbers = description.Numbers, Flags = description.Flags, Pid = own.Value, Process = own.Value == 0 ? description.Status.Inode : 0 };
    }

    /// <summary>A periodic timer that expired and was not read yet counts no further until it is looked at: its program
    /// would find all expirations in its next read.</summary>
    private TimerFdInfo Refreshed(OpenDescription description, TimerFdInfo timer)
    {
        if (!frozen || timer.Value != 0 || timer.Interval == 0)
        {
            return timer;
        }

        Descriptor.RefreshTimer(description.Handle);
        return ProcFdInfo.Read(Environment.ProcessId, (int)description.Handle.DangerousGetHandle())?.TimerFd ?? timer;
    }

    private static TimerFdImage ScanTimer(OpenDescription description, TimerFdInfo timer)
    {
        const int realTime = 0, realTimeAlarm = 8;
        ulong value = timer.Value;
        if (value == 0 && timer.Interval > 0 && timer.Ticks > 0)
        {
            // A periodic timer that has expired and was not read: its next expiration is one interval away.
            value = timer.Interval;
        }

        // /proc tells the time that is left. For a wall clock timer the program meant a moment, not a span.
        bool moment = value > 0 && (timer.SettimeFlags & AbsoluteTime) != 0 && timer.ClockId is realTime or realTimeAlarm;
        if (moment)
        {
            value += (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        }

        return new TimerFdImage
        {
            Numbers = description.Numbers,
            Flags = description.Flags,
            ClockId = timer.ClockId,
            SettimeFlags = moment ? timer.SettimeFlags : timer.SettimeFlags & ~AbsoluteTime,
            Value = value,
            Interval = timer.Interval,
            Ticks = timer.Ticks,
        };
    }

    private EpollImage? ScanEpoll(OpenDescription description)
    {
        if (description.OnlyInFlight)
        {
            // Its targets are watched by a process that has it.
            return shared.Kin(description).Any(one => !one.OnlyInFlight) || description.Info.EpollTargets.Count == 0
                ? new EpollImage { Numbers = description.Numbers, Flags = description.Flags, Targets = [] }
                : (EpollImage?)Refuse(description, "descriptor-in-flight", "it watches other files, which only a process that has it could tell it to; receive it");
        }

        List<EpollTargetImage> targets = [];
        Dictionary<int, int> told = [];
        foreach (EpollTarget target in description.Info.EpollTargets)
        {
            int earlier = told.GetValueOrDefault(target.Descriptor);
            told[target.Descriptor] = earlier + 1;
            if (Find(description, target, earlier, out int source) is not { } watched)
            {
                if (shared.IsShared(description))
                {
                    // Another process may have it.
                    continue;
                }

                Refuse(description, "epoll-stale-target", $"it watches a file whose descriptor {target.Descriptor} has been closed");
                return null;
            }

            bool mayFail = watched.StandardStream >= 0 || watched.Status.IsCharacterDevice;
            if (!shared.IsShared(description) || shared.TryClaim(description, target.Descriptor, earlier))
            {
                targets.Add(new EpollTargetImage(target.Descriptor, target.Events, target.Data, mayFail, source));
            }
        }

        // The kernel tells them in the order of its pointers; equal processes shall have equal images.
        targets.Sort((left, right) => left.Number.CompareTo(right.Number));
        return new EpollImage { Numbers = description.Numbers, Flags = description.Flags, Targets = targets };
    }

    /// <summary>What an epoll watches, if the process still has it.</summary>
    /// <param name="source">−1: under the number that it was given to be watched under; else another one.</param>
    private OpenDescription? Find(OpenDescription epoll, EpollTarget target, int earlier, out int source)
    {
        source = -1;
        if (ByNumber().GetValueOrDefault(target.Descriptor) is { } watched
            && (target.Inode == 0 || watched.Info.Inode == target.Inode) && !IsOther(epoll, watched, target.Descriptor, earlier))
        {
            return watched;
        }

        foreach (OpenDescription other in descriptions)
        {
            if (other.Info.Inode == target.Inode && Kcmp.IsWatched(pid, epoll.First, target.Descriptor, earlier, other.First))
            {
                source = other.First;
                return other;
            }
        }

        return null;
    }

    /// <summary>The kernel looks for the target one by one, so it is only asked where the inode does not tell: of a socket there
    /// is but one description.</summary>
    private bool IsOther(OpenDescription epoll, OpenDescription watched, int number, int earlier) =>
        (!watched.Status.IsSocket || earlier > 0) && Kcmp.IsOtherThanWatched(pid, epoll.First, number, earlier);

    private Dictionary<int, OpenDescription> ByNumber()
    {
        if (_byNumber is null)
        {
            _byNumber = [];
            foreach (OpenDescription description in descriptions)
            {
                foreach (DescriptorNumber number in description.Numbers)
                {
                    _byNumber[number.Number] = description;
                }
            }
        }

        return _byNumber;
    }

    private DescriptorImage? Refuse(OpenDescription description, string name, string detail, bool passes = false)
    {
        obstacles.Add(new Obstacle(name, $"{description.Label}: {detail}") { Passes = passes });
        return null;
    }
}
