using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Context;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Elf;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>Looks at a process from outside for all that can't be carried. The process runs; nothing of it is changed.</summary>
public static class ObstacleScan
{
    /// <summary>What no look from outside tells.</summary>
    private static readonly string[] OnlyFrozen = ["seccomp", "write-or-execute", "system-call-dispatch", "segments", "sysv-undo", "terminal-state", "keyring", "unmapped-memory"];

    private static readonly string[] OnlyFrozenOfChildren = ["stopped-process", "parent-death-signal"];

    /// <summary>Gets what was seen at each look.</summary>
    private delegate void Seen(ProcStatus status, IReadOnlyList<(int Pid, IReadOnlyList<Vma> Vmas)> mapped, TreeDescriptorCapture descriptors);

    /// <exception cref="EngineException">No such process, not permitted, a kernel thread, pid 1, being traced.</exception>
    public static IReadOnlyList<Obstacle> Run(int pid, CaptureOptions options) => Look(pid, options, PassingMoment.UsualPatience, static (_, _, _) => { });

    /// <summary>The same, and what a host must have to resume it. What passes is not waited for.</summary>
    /// <exception cref="EngineException">As <see cref="Run"/>.</exception>
    public static JobLook Look(int pid, CaptureOptions options)
    {
        HostNeeds? needs = null;
        int processes = 0;
        IReadOnlyList<Obstacle> obstacles = Look(pid, options, TimeSpan.Zero, (status, mapped, descriptors) =>
        {
            needs = NeedsSeen.Of(status, mapped, descriptors);
            processes = mapped.Count;
        });
        return new JobLook(obstacles, processes > 1 ? [.. OnlyFrozen, .. OnlyFrozenOfChildren] : OnlyFrozen, needs?.ToBytes() ?? []);
    }

    private static IReadOnlyList<Obstacle> Look(int pid, CaptureOptions options, TimeSpan patience, Seen seen)
    {
        ProcStatus status = ProcStatus.Read(pid) ?? throw new EngineException(EngineError.NoSuchProcess, $"no process {pid}");
        if (status.Tgid != pid)
        {
            throw new EngineException(EngineError.NoSuchProcess, $"{pid} is a thread of process {status.Tgid}: name the process");
        }

        if (status.KernelThread)
        {
            throw new EngineException(EngineError.NotPermitted, $"{pid} ({status.Name}) is a kernel thread: there is nothing to checkpoint");
        }

        if (ProcStat.Read(pid) is null or { HasEnded: true })
        {
            throw new EngineException(EngineError.NoSuchProcess, $"process {pid} has ended and waits to be reaped by its parent {status.PPid}");
        }

        if (pid == 1 || (status.NsPid.Count > 0 && status.NsPid[^1] == 1))
        {
            throw new EngineException(EngineError.NotPermitted, $"process {pid} is the init (pid 1) of its pid namespace and can't be moved");
        }

        if (pid == Environment.ProcessId)
        {
            throw new EngineException(EngineError.NotPermitted, "yado can't checkpoint itself");
        }

        if (status.TracerPid != 0)
        {
            throw new EngineException(EngineError.NotPermitted, $"process {pid} is being traced by process {status.TracerPid}: detach the debugger first");
        }

        try
        {
            return FindLasting(pid, status, options, new PassingMoment(patience), seen);
        }
        catch (Exception e) when (SystemCallException.IsForbidden(e))
        {
            if (ProcStat.IsEndingOrGone(pid))
            {
                throw new EngineException(EngineError.NoSuchProcess, $"process {pid} has ended", e);
            }

            uint uid = status.Uids[0];
            throw new EngineException(EngineError.NotPermitted, $"process {pid} belongs to user {uid}: not permitted to trace it (run as that user or as root)", e);
        }
    }

    /// <summary>
    /// The job runs while it is looked at: a file that is renamed between two questions, or a child that is there for a
    /// moment, is no reason to refuse. What is still there after several looks is. What matters in the end is looked for
    /// once more when the process is frozen.
    /// </summary>
    private static List<Obstacle> FindLasting(int pid, ProcStatus status, CaptureOptions options, PassingMoment moment, Seen seen)
    {
        const int looks = 4;
        const int looksAtTree = 40;
        List<int> ended = [];
        string? before = null;
        Queue<IReadOnlyList<Obstacle>> recent = [];
        for (int look = 1, same = 0; ; look++)
        {
            ended.Clear();
            IReadOnlyList<int> living = ProcessTree.Read(pid, ended);
            bool tree = living.Count + ended.Count > 1;
            bool last = look >= (tree ? looksAtTree : looks);
            try
            {
                List<Obstacle> obstacles = FindAll(living, ended, status, options, seen);
                if (obstacles.Count > 0 && moment.GoesOn(obstacles))
                {
                    Thread.Sleep(moment.Next());
                    continue;
                }

                string now = string.Join('\n', obstacles);
                same = now == before ? same + 1 : 1;
                before = now;
                if (obstacles.Count == 0 || same == looks || (last && !tree))
                {
                    return obstacles;
                }

                if (last)
                {
                    // A shell that makes one pipeline after another always has a child of which something is not seen yet.
                    return [.. obstacles.Where(obstacle => recent.All(earlier => earlier.Contains(obstacle)))];
                }

                recent.Enqueue(obstacles);
                if (recent.Count == looks)
                {
                    recent.Dequeue();
                }

                // What is only of the moment, a process on its way out, is given a moment.
                Thread.Sleep(tree ? 5 : 1);
            }
            catch (Exception e) when (look < looksAtTree && IsOfTheMoment(e, tree || look < looks) && ProcStat.Read(pid) is { HasEnded: false })
            {
                // A child on its way out may not be looked into any more; on a busy machine that takes its time.
                Thread.Sleep(Math.Min(look, 10));
            }
        }
    }

    /// <summary>What is said of a child that ends meanwhile, whose files no longer have paths: nothing that lasts, and a shell that starts
    /// one after another would have one at each look.</summary>
    private static void ForgetLeaving(IReadOnlyList<int> living, List<Obstacle> obstacles)
    {
        if (obstacles.Count == 0)
        {
            return;
        }

        foreach (int pid in living.Skip(1).Where(IsLeaving))
        {
            obstacles.RemoveAll(obstacle => obstacle.Detail.StartsWith(ProcessLabel.Begin(pid), StringComparison.Ordinal));
        }
    }

    private static bool IsLeaving(int pid)
    {
        try
        {
            return ProcStat.Read(pid) is null or { HasEnded: true } || ProcMisc.Root(pid) is null;
        }
        catch (SystemCallException e) when (e.Number is Errno.EACCES or Errno.EPERM)
        {
            // It was looked into before: now it belongs to nobody who may.
            return true;
        }
    }

    /// <param name="mayBeForbidden">A child that ends belongs to nobody who may look into it any more.</param>
    private static bool IsOfTheMoment(Exception failure, bool mayBeForbidden) => failure switch
    {
        SystemCallException call => mayBeForbidden || call.Number is not (Errno.EACCES or Errno.EPERM),
        UnauthorizedAccessException => mayBeForbidden,
        IOException or EngineException { Error: EngineError.NoSuchProcess } => true,
        _ => false,
    };

    private static List<Obstacle> FindAll(IReadOnlyList<int> living, List<int> ended, ProcStatus status, CaptureOptions options, Seen seen)
    {
        List<(int Pid, IReadOnlyList<Vma> Vmas)> mapped = [];
        List<Obstacle> obstacles = FindAll(living[0], status, mapped);
        foreach (int relative in living.Skip(1))
        {
            string name = ProcessLabel.Of(relative);
            try
            {
                FindInRelative(relative, name, mapped, obstacles);
            }
            catch (EngineException gone) when (gone.Error == EngineError.NoSuchProcess)
            {
                // Ended meanwhile.
            }
            catch (Exception e) when (SystemCallException.IsForbidden(e))
            {
                if (ProcStat.IsEndingOrGone(relative))
                {
                    continue;
                }

                obstacles.Add(new Obstacle("child-of-another-user", $"{name} may not be looked into: it is another user's, or runs a program of one"));
                return obstacles;
            }
        }

        Namespaces.FindOfJob(living[0], obstacles);
        OutsideMappings.FindObstacles(mapped, obstacles);
        AioContexts.FindInherited(mapped, obstacles);
        if (obstacles.Exists(obstacle => obstacle.Name == "shared-memory") && ResumeUnderWay.Find(living[0], mapped) is { } resuming)
        {
            // Nothing else that it has now is its own yet.
            return [resuming];
        }

        obstacles.AddRange(SystemVOwnership.Find(mapped, ended, standsStill: false).Obstacles);
        obstacles.AddRange(TreeObstacles.Find(living, ended));
        using TreeDescriptorCapture? descriptors = LookAtDescriptors(living[0], options, obstacles);
        if (descriptors is null)
        {
            return obstacles;
        }

        obstacles.AddRange(descriptors.Obstacles);
        FindDescriptorLimit(living[0], status, descriptors, obstacles);
        seen(status, mapped, descriptors);
        ForgetLeaving(living, obstacles);
        return [.. Obstacle.OnePerCause(obstacles)];
    }

    /// <returns>Null when this program may not hold as many as there are.</returns>
    private static TreeDescriptorCapture? LookAtDescriptors(int main, CaptureOptions options, List<Obstacle> obstacles)
    {
        try
        {
            return DescriptorScan.LookAtTree(main, JobInit.Orphans(main), options);
        }
        catch (SystemCallException e) when (e.Number == Errno.EMFILE)
        {
            obstacles.Add(new Obstacle("descriptor-limit", $"it has more descriptors open than yado may hold itself, which are {ProcLimits.Read(Environment.ProcessId)?[OpenFileLimit.Resource].Soft} (ulimit -Hn)"));
            return null;
        }
    }

    /// <summary>What rebuilds it has descriptors of its own meanwhile, above all of the job.</summary>
    private static void FindDescriptorLimit(int main, ProcStatus status, TreeDescriptorCapture descriptors, List<Obstacle> obstacles)
    {
        const int sysResource = 24;
        int highest = descriptors.Processes.Max(process => process.Table.HighestNumber());
        int needed = ShellPlan.DescriptorsOf(PlanContext.FirstOwnAbove(highest), descriptors.Shared.Descriptions.Count);
        if ((status.CapEffective >> sysResource & 1) == 0 && ProcLimits.Read(main)?[OpenFileLimit.Resource].Hard is { } hard && hard < (ulong)needed)
        {
            obstacles.Add(new Obstacle("descriptor-limit", $"it has descriptors up to number {highest}, and to rebuild it some more are needed, {needed} in all: above its hard limit of {hard} (ulimit -Hn)"));
        }
    }

    private static void FindInRelative(int pid, string name, List<(int Pid, IReadOnlyList<Vma> Vmas)> mapped, List<Obstacle> obstacles)
    {
        if (ProcStatus.Read(pid) is not { } status || ProcStat.Read(pid) is null or { HasEnded: true })
        {
            return;
        }

        if (status.TracerPid != 0)
        {
            obstacles.Add(new Obstacle("traced-child", $"{name} is being traced by process {status.TracerPid}: detach the debugger first"));
        }

        obstacles.AddRange(FindAll(pid, status, mapped).Select(obstacle => new Obstacle(obstacle.Name, $"{name}: {obstacle.Detail}")));
    }

    /// <param name="mapped">Gets its mappings.</param>
    private static List<Obstacle> FindAll(int pid, ProcStatus status, List<(int Pid, IReadOnlyList<Vma> Vmas)> mapped)
    {
        List<Obstacle> obstacles = [];
        IReadOnlyList<Vma> vmas = MappingNames.Resolve(
            pid, ProcMaps.ReadSmaps(pid) ?? throw new EngineException(EngineError.NoSuchProcess, $"process {pid} ended meanwhile"));
        FindChanging(pid, vmas, obstacles);
        if (ProgramClass.Of(pid) == ProgramClass.Bits32)
        {
            obstacles.Add(new Obstacle("32-bit", "it is a 32-bit program (i386 or x32)"));
        }

        if (ProcMisc.Root(pid) is { } root && root != "/" && root != ProcMisc.Root(Environment.ProcessId))
        {
            obstacles.Add(new Obstacle("chroot", $"its root directory is {root}"));
        }

        Namespaces.FindForChildren(pid, obstacles);
        mapped.Add((pid, vmas));
        return obstacles;
    }

    private static void FindInDirectory(int pid, string directory, List<Obstacle> obstacles)
    {
        if (directory == ProcFile.LongPath)
        {
            obstacles.Add(new Obstacle("long-path", "the path of its working directory is longer than the kernel tells (4096 bytes)"));
        }
        else if (ProcessFiles.PathOfSelf(directory, "/proc", [.. ProcStatus.Read(pid)?.NsPid ?? [], pid]) is null)
        {
            obstacles.Add(new Obstacle("file-of-another-process", $"its working directory {directory} belongs to another process"));
        }
        else if ((FileStatus.AtPath($"{ProcTasks.Directory(pid)}/cwd") is { Links: 0 } && RemovedDirectory.OfProcess(pid) is null) || IsOfGoneProcess(directory))
        {
            obstacles.Add(new Obstacle("removed-directory", $"its working directory {directory} does not exist any more, and can't be made again for a moment in the directory above it"));
        }
    }

    /// <summary>The directory of a process in /proc has links as long as it is somebody's working directory.</summary>
    private static bool IsOfGoneProcess(string directory) =>
        directory.StartsWith("/proc/", StringComparison.Ordinal) && directory.EndsWith(Vma.RemovedSuffix, StringComparison.Ordinal);

    /// <summary>What may come to be between the first look and the freeze, so that it is looked for once more then.</summary>
    public static void FindChanging(int pid, IReadOnlyList<Vma> vmas, List<Obstacle> obstacles)
    {
        const uint deadlinePolicy = 6;
        const int StrictMode = 1; // SECCOMP_MODE_STRICT
        MemoryCapture.FindObstacles(pid, vmas, obstacles);
        bool seccomp = false;
        int witness = ProcTasks.Witness(pid);
        if (witness != pid && !PidFd.HoldsThreads())
        {
            obstacles.Add(new Obstacle("main-thread-ended", "its main thread has ended while other threads run, and this kernel (before 6.9) gives out no descriptors of such a process"));
        }

        foreach (int tid in ProcTasks.Threads(pid) ?? [])
        {
            if (ProcStatus.ReadThread(pid, tid) is not { } thread || (tid == pid && witness != pid))
            {
                continue;
            }

            seccomp |= thread.Seccomp == StrictMode || (thread.Seccomp != 0 && !CallFilters.MayBeRead);
            if (Scheduling.GetAttributes(tid) is { Policy: deadlinePolicy })
            {
                obstacles.Add(new Obstacle("deadline-scheduling", $"thread {tid} has the class SCHED_DEADLINE"));
            }

            if (tid != witness && !(Kcmp.SharesDescriptors(witness, tid) && Kcmp.SharesDirectory(witness, tid)))
            {
                obstacles.Add(new Obstacle("thread-apart", $"thread {tid} has descriptors or a working directory of its own (unshare)"));
            }
        }

        if (seccomp)
        {
            obstacles.Add(new Obstacle("seccomp", CallFilters.MayBeRead ? "it may only read, write and end (seccomp, strict mode)" : "a seccomp filter is installed (sandbox), which the kernel tells to root only"));
        }

        if (ProcMisc.WorkingDirectory(pid) is { } directory)
        {
            FindInDirectory(pid, directory, obstacles);
        }
    }
}
