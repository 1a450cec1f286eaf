using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Context;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Engine.Resources.Threads;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Cpu;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>Turns a frozen job into a context file. Tracer thread only.</summary>
public static class ProcessCapturer
{
    /// <summary>Bytes of memory up to which the process is read once before it stands still.</summary>
    private const long WorthReadingTwice = 32L << 20;

    /// <summary>So long a borrowed thread waits for this program, and stands still should it die; longer when that was too short.</summary>
    private static readonly TimeSpan ShortestLease = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestLease = TimeSpan.FromSeconds(3);

    /// <summary>Captures everything; the job is as before afterwards, still frozen.</summary>
    /// <param name="rounds">What was copied into the sink before; null: nothing.</param>
    /// <param name="memoryTaken">Called when the job is no longer needed: only the end of the file is to be written.</param>
    public static (long FileLength, long MemoryBytes) Capture(FrozenTree tree, CaptureOptions options, IImageSink sink, IProgress<CaptureProgress>? progress, TreeRounds? rounds, Action memoryTaken)
    {
        (IReadOnlyList<AskedProcess> asked, SystemVCapture ipc, TreeDescriptorCapture found, PosixQueueContents queues, IReadOnlyList<Obstacle> others) = Ask(tree, options, rounds);

        // All that follows only looks.
        using TreeDescriptorCapture descriptors = found;
        tree.Hold(descriptors.TakeConnections());
        List<Obstacle> obstacles = [.. descriptors.Obstacles, .. TreeObstacles.Find([.. asked.Select(process => process.Pid)], tree.Ended), .. ipc.Obstacles, .. others];
        List<ProcessImage> processes = [];
        long position = rounds?.Position ?? ContextWriter.FirstPage;
        long memoryBytes = 0;
        Dictionary<int, int> untoldStops = asked.SelectMany(process => process.UntoldStops).ToDictionary();
        foreach (AskedProcess relative in asked.Skip(1))
        {
            relative.FindObstaclesOfRelative(untoldStops.TryGetValue(relative.Pid, out int signal) ? signal : null, obstacles);
        }

        HashSet<int> orphans = [.. JobInit.Orphans(tree.Pid)];
        obstacles.AddRange(asked.Where(process => process.Frozen.Stopped && orphans.Contains(process.Pid)).Select(process => new Obstacle("orphan-process", $"{ProcessLabel.Of(process.Pid)} belongs to the job, its parent has ended, and it is stopped")));
        CommonObjects common = CommonObjects.Find(asked, descriptors, obstacles);
        if (obstacles.Count > 0)
        {
            throw new ObstacleException(tree.Pid, Obstacle.OnePerCause(obstacles)) { StoodStill = true };
        }

        Kinship kinship = new(tree);
        AlikePages? alike = asked.Count > 1 ? new() : null;
        rounds?.BeginLast();
        for (int i = 0; i < asked.Count; i++)
        {
            MemoryWriter writer = new(asked[i].Frozen.Memory, sink, position, progress) { Kept = rounds?.Kept };
            ProcessImage process = asked[i].Finish(descriptors.Processes[i], common.Keys, writer, rounds?.Find(asked[i].Pid), alike);
            StopReport report = i == 0 || !asked[i].Frozen.Stopped ? StopReport.Coming : untoldStops.ContainsKey(asked[i].Pid) ? StopReport.Waiting : StopReport.Taken;
            processes.Add(kinship.Place(process, asked[i].Pid) with { Attributes = process.Attributes with { StopReport = report }, SemaphoreUndos = ipc.UndosOf(asked[i].Pid) });
            position = writer.Position;
            memoryBytes += writer.Written;
        }

        MemoryWriter last = new(asked[0].Frozen.Memory, sink, position, progress) { Kept = rounds?.Kept };
        IReadOnlyList<SharedObjectImage> objects = common.Read(last, asked[0], ipc);
        position = last.Position;
        IReadOnlyList<EndedProcessImage> ended = [.. tree.Ended.Select(kinship.Ended)];
        tree.RemoveAtEnd(ipc.Used);
        if (ipc.IsOutside)
        {
            queues.RemoveAtEndOf(tree);
        }

        if (!NamedMemory.IsOwn(tree.Pid))
        {
            foreach (SharedObjectImage shared in objects.Where(shared => shared.NamedAt is not null))
            {
                tree.RemoveAtEnd(() => NamedMemory.TryRemove(shared.NamedAt!, shared.Key));
            }
        }

        tree.HoldsNothing = processes.Select(process => process.Descriptors).Append(descriptors.Shared).All(table => table.Descriptions.All(description => description is { Locks.Count: 0 } and not SocketImage { File: not null }));
        memoryTaken();

        TreeImage whole = new()
        {
            Format = TreeImage.OldestFormat,
            Origin = Origin(tree, options),
            RegionBase = 0,
            RegionLength = 0,
            Processes = processes,
            Ended = ended,
            Shared = descriptors.Shared with { Files = common.Files },
            SharedObjects = objects,
            Ipc = queues.In(ipc.Image),
            HostName = Namespaces.HasHostName(tree.Pid) ? asked[0].HostName : null,
        };
        (TreeImage image, RestorePlan plan) = RegionFit.Find(whole with { Format = whole.NeededFormat }, [.. asked.SelectMany(process => process.Vmas).OrderBy(vma => vma.Start.Value)]);
        return (ContextWriter.Finish(image, plan, sink, position), memoryBytes);
    }

    /// <summary>About how long the context file of a process will be; it runs, so it may be more or less in the end.
    /// Zero when it can't be said: the process has ended, which the freeze tells better.</summary>
    public static long Estimate(int pid)
    {
        // For the plan, the manifest, and what it grows by. Behind that is written like into any file; to take each page costs microseconds.
        const long LeastRest = 512 << 10, MostRest = 4 << 20;
        try
        {
            long bytes = 0, allBytes = 0;
            IReadOnlyList<int> living = ProcessTree.Read(pid, []);
            List<(int Pid, IReadOnlyList<PageRun> Runs)> all = [];
            List<PlacedRun> common = [];
            foreach (int process in living)
            {
                MemoryCapture scan = MemoryCapture.Scan(process, ProcMaps.ReadMaps(process) ?? []);
                all.Add((process, scan.Runs));
                allBytes += scan.Runs.Sum(run => (long)run.Length);
                if (living.Count > 1)
                {
                    List<PageRun> own = [];
                    common.AddRange(CommonRuns.Find(process, scan, scan.Runs, own));
                    bytes += own.Sum(run => (long)run.Length);
                }
            }

            bytes = living.Count > 1 ? bytes + Coverage.Of(common.Select(run => (run.Place, run.Run.Length))) : allBytes;
            if (allBytes <= WorthReadingTwice)
            {
                foreach ((int process, IReadOnlyList<PageRun> runs) in all)
                {
                    ReadAhead(process, runs, keepsSharing: all.Count > 1);
                }
            }

            return ContextWriter.FirstPage + Math.Clamp(bytes / 4, LeastRest, MostRest) + bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SystemCallException)
        {
            return 0;
        }
    }

    /// <summary>Reads what will be copied once before, while the process runs: pages of files that it has not touched yet are
    /// mapped, and what a hypervisor does at the first reading of each page is done. Nothing is kept.</summary>
    private static void ReadAhead(int pid, IReadOnlyList<PageRun> runs, bool keepsSharing)
    {
        byte[] buffer = PageBuffers.Take();
        using RemoteMemory memory = new(pid) { KeepsSharing = keepsSharing };
        foreach (PageRun run in runs)
        {
            for (ulong at = 0; at < run.Length; at += MemorySegment.MaxLength)
            {
                // It may have given the memory back meanwhile.
                memory.Read(run.Start + at, buffer.AsSpan(0, (int)Math.Min(MemorySegment.MaxLength, run.Length - at)));
            }
        }

        PageBuffers.GiveBack(buffer);
    }

    /// <summary>What only its threads know, or can take out of their descriptors. When this program is kept waiting for too long
    /// meanwhile, all of it once more.</summary>
    private static (IReadOnlyList<AskedProcess> Asked, SystemVCapture Ipc, TreeDescriptorCapture Descriptors, PosixQueueContents Queues, IReadOnlyList<Obstacle> Obstacles) Ask(FrozenTree tree, CaptureOptions options, TreeRounds? rounds)
    {
        for (TimeSpan lease = ShortestLease; ; lease *= 2)
        {
            try
            {
                Settle(tree);
                IReadOnlyList<AskedProcess> asked = Asking.All(tree, lease, rounds);
                IReadOnlyList<Obstacle> keyrings = Keyrings.Find(asked, lease);
                SystemVCapture ipc = SystemVCapture.Ask(asked, tree.Ended, lease);
                TreeDescriptorCapture descriptors = TerminalContents.Take(asked, DescriptorScan.Capture([.. asked.Select(process => process.Pid)], options), lease);
                PosixQueueContents queues;
                IReadOnlyList<Obstacle> unmapped;
                try
                {
                    queues = PosixQueueContents.Take(asked, descriptors, lease);
                    unmapped = UnmappedMemory.Find(asked, descriptors, lease);
                }
                catch
                {
                    descriptors.Dispose();
                    throw;
                }

                foreach (AskedProcess process in asked)
                {
                    process.LastTimer = Stopwatch.GetElapsedTime(process.Since);
                }

                return (asked, ipc, descriptors, queues, [.. queues.Obstacles, .. keyrings, .. unmapped]);
            }
            catch (LeaseLostException lost)
            {
                if (lease > LongestLease)
                {
                    throw new EngineException(EngineError.Failed, $"this host is too busy to look at process {tree.Pid}, which runs on: {lost.Message}", lost);
                }

                tree.StopNew();
            }
        }
    }

    /// <summary>Threads may run on a little here, and make others and children: what the processes have is looked up behind it.</summary>
    internal static void Settle(FrozenTree tree)
    {
        HashSet<int> settled = [];
        while (tree.Processes.Any(process => !settled.Contains(process.Pid)))
        {
            // One that ends on the way may have made others before.
            int all = tree.Processes.Count, quiet = 0;
            tree.ForEach(process =>
            {
                bool ran = false;
                if (settled.Add(process.Pid))
                {
                    IReadOnlyList<Vma> before = ProcMaps.ReadMaps(process.Pid) ?? [];
                    ran = RemoteBatch.AwaitHome(process, before) | VdsoStep.LeaveVdso(process, before);
                }

                quiet += ran ? 0 : 1;
            });
            if (quiet < all)
            {
                tree.StopNew();
            }
        }
    }

    private static OriginImage Origin(FrozenTree tree, CaptureOptions options)
    {
        List<XsaveComponentImage> components = [];
        foreach (XsaveComponent component in XsaveLayout.ReadHost().Components)
        {
            components.Add(new XsaveComponentImage(component.Number, component.Offset, component.Size));
        }

        return new OriginImage
        {
            CapturedAt = tree.FrozenAt,
            HostName = Environment.MachineName,
            KernelRelease = ProcMisc.KernelRelease(),
            JobName = options.JobName,
            Mailbox = options.Mailbox,
            CpuFeatures = CpuLevel.Of([.. tree.Processes.Select(process => process.Pid)]).Names,
            XsaveComponents = components,
        };
    }
}
