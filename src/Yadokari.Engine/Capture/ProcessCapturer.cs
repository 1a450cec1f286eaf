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

/// <summary>Turns a frozen process into a context file. Tracer thread only.</summary>
public static class ProcessCapturer
{
    /// <summary>Bytes of memory up to which the process is read once before it stands still.</summary>
    private const long WorthReadingTwice = 32L << 20;

    /// <summary>__USER32_CS (arch/x86/include/asm/segment.h).</summary>
    private const ulong Code32 = 0x23;

    /// <summary>So long a borrowed thread waits for this program, and stands still should it die; longer when that was too short.</summary>
    private static readonly TimeSpan ShortestLease = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestLease = TimeSpan.FromSeconds(3);

    /// <summary>Captures everything; the process is as before afterwards, still frozen.</summary>
    /// <param name="memoryTaken">Called when the process is no longer needed: only the end of the file is to be written.</param>
    public static (long FileLength, long MemoryBytes) Capture(FrozenTree tree, CaptureOptions options, IImageSink sink, IProgress<CaptureProgress>? progress, Action memoryTaken)
    {
        (IReadOnlyList<Vma> vmas, ProcessCapture process, IReadOnlyList<ThreadImage> threads, SharedResidency residency) = Ask(tree);

        // All that follows only looks.
        using DescriptorCapture descriptors = DescriptorScan.Capture(tree.Pid, options);
        if (descriptors.Obstacles.Count > 0)
        {
            throw new ObstacleException(tree.Pid, descriptors.Obstacles) { StoodStill = true };
        }

        List<string> carried = [];
        foreach (CarriedContent content in descriptors.Contents)
        {
            carried.Add(SharedObjectImage.KeyOf(content.File.Device, content.File.Inode));
        }

        MemoryCapture scan = MemoryCapture.Scan(tree.Pid, vmas, carried);
        MemoryWriter writer = new(tree.Memory, sink, ContextWriter.FirstPage, progress);
        IReadOnlyList<MemorySegment> segments = writer.Copy(scan.Runs);
        IReadOnlyList<SharedObjectImage> objects = new SharedObjectCapture(tree.Pid, scan, residency, tree.Memory, writer).Run(descriptors);
        MemoryImage memory = Memory(tree, process, scan, segments, objects);
        long memoryBytes = writer.Written;
        memoryTaken();

        PendingStops stops = PendingStops.Of(tree.Stopped, [process.Signals.Pending, .. threads.Select(t => t.PendingSignals)]);
        (ProcessImage image, RestorePlan plan) = RegionFit.Find(new ProcessImage
        {
            Format = ProcessImage.CurrentFormat,
            Origin = Origin(tree),
            RegionBase = 0,
            RegionLength = 0,
            Attributes = process.Attributes with { Stopped = stops.Stopped },
            Memory = memory,
            Threads = [.. threads.Select(t => t with { PendingSignals = stops.Others(t.PendingSignals) })],
            Signals = process.Signals with { Pending = stops.Others(process.Signals.Pending) },
            Timers = process.Timers,
            Descriptors = descriptors.Table,
        }, vmas);
        return (ContextWriter.Finish(image, plan, sink, writer.Position), memoryBytes);
    }

    /// <summary>About how long the context file of a process will be; it runs, so it may be more or less in the end.
    /// Zero when it can't be said: the process has ended, which the freeze tells better.</summary>
    public static long Estimate(int pid)
    {
        const long Rest = 4 << 20;
        try
        {
            long bytes = 0;
            IReadOnlyList<PageRun> runs = MemoryCapture.Scan(pid, ProcMaps.ReadMaps(pid) ?? []).Runs;
            foreach (PageRun run in runs)
            {
                bytes += (long)run.Length;
            }

            if (bytes <= WorthReadingTwice)
            {
                ReadAhead(pid, runs);
            }

            return ContextWriter.FirstPage + Rest + bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SystemCallException)
        {
            return 0;
        }
    }

    /// <summary>Reads what will be copied once before, while the process runs: pages of files that it has not touched yet are
    /// mapped, and what a hypervisor does at the first reading of each page is done. Nothing is kept.</summary>
    private static void ReadAhead(int pid, IReadOnlyList<PageRun> runs)
    {
        byte[] buffer = new byte[MemorySegment.MaxLength];
        using RemoteMemory memory = new(pid);
        foreach (PageRun run in runs)
        {
            for (ulong at = 0; at < run.Length; at += (ulong)buffer.Length)
            {
                // It may have given the memory back meanwhile.
                memory.Read(run.Start + at, buffer.AsSpan(0, (int)Math.Min((ulong)buffer.Length, run.Length - at)));
            }
        }
    }

    /// <summary>What only its threads know. When this program is kept waiting for too long meanwhile, all of it once more.</summary>
    private static (IReadOnlyList<Vma> Vmas, ProcessCapture Process, IReadOnlyList<ThreadImage> Threads, SharedResidency Residency) Ask(FrozenTree tree)
    {
        for (TimeSpan lease = ShortestLease; ; lease *= 2)
        {
            try
            {
                return Ask(tree, lease);
            }
            catch (LeaseLostException lost)
            {
                if (lease > LongestLease)
                {
                    throw new EngineException(EngineError.Failed, $"this host is too busy to look at process {tree.Pid}, which runs on: {lost.Message}", lost);
                }

                tree.StopNewThreads();
            }
        }
    }

    private static (IReadOnlyList<Vma> Vmas, ProcessCapture Process, IReadOnlyList<ThreadImage> Threads, SharedResidency Residency) Ask(FrozenTree tree, TimeSpan lease)
    {
        // Threads may run on a little there: what the process has is looked up behind it.
        IReadOnlyList<Vma> before = ProcMaps.ReadMaps(tree.Pid) ?? [];
        RemoteBatch.AwaitHome(tree, before);
        VdsoStep.LeaveVdso(tree, before);
        IReadOnlyList<Vma> vmas = Mappings(tree);
        List<Obstacle> obstacles = [];
        ObstacleScan.FindChanging(tree.Pid, vmas, obstacles);
        foreach (FrozenThread thread in tree.Threads)
        {
            if (thread.Registers.Cs == Code32)
            {
                obstacles.Add(new Obstacle("32-bit", $"thread {thread.Tid} runs 32-bit code"));
            }

            if (thread.Tracee.HasSystemCallDispatch())
            {
                obstacles.Add(new Obstacle("system-call-dispatch", $"thread {thread.Tid} hands its system calls to itself (PR_SET_SYSCALL_USER_DISPATCH)"));
            }
        }

        if (obstacles.Count > 0)
        {
            throw new ObstacleException(tree.Pid, obstacles) { StoodStill = true };
        }

        using RemoteBatch batch = RemoteBatch.Create(tree, vmas, lease);
        ProcessCapture process = ProcessCapture.Run(tree, batch, vmas);
        List<ThreadImage> threads = [];
        foreach (FrozenThread thread in tree.Threads)
        {
            threads.Add(ThreadCapture.Capture(tree, thread, batch));
        }

        return (vmas, process, threads, SharedResidency.Ask(tree, batch, vmas));
    }

    private static IReadOnlyList<Vma> Mappings(FrozenTree tree) =>
        MappingNames.Resolve(tree.Pid, ProcMaps.ReadSmaps(tree.Pid) ?? throw new EngineException(EngineError.NoSuchProcess, $"process {tree.Pid} was killed while it was frozen"));

    private static MemoryImage Memory(FrozenTree tree, ProcessCapture process, MemoryCapture scan, IReadOnlyList<MemorySegment> segments, IReadOnlyList<SharedObjectImage> objects)
    {
        ProcMemoryLayout layout = ProcMemoryLayout.Read(tree.Pid) ?? throw new EngineException(EngineError.NoSuchProcess, $"process {tree.Pid} was killed while it was frozen");
        string? executable = ProcMisc.Executable(tree.Pid);
        VdsoImage? vdso = null;
        if (scan.Vdso is { } vma)
        {
            byte[] bytes = new byte[vma.Length];
            tree.Memory.ReadExactly(vma.Start, bytes);
            vdso = new VdsoImage { Start = vma.Start.Value, Bytes = bytes, Data = scan.KernelData };
        }

        return new MemoryImage
        {
            Layout =
            [
                layout.StartCode, layout.EndCode, layout.StartData, layout.EndData, layout.StartBrk, process.Brk, layout.StartStack,
                layout.ArgumentsStart, layout.ArgumentsEnd, layout.EnvironmentStart, layout.EnvironmentEnd,
            ],
            AuxiliaryVector = ProcMisc.AuxiliaryVector(tree.Pid) ?? [],
            Executable = executable is null || !executable.StartsWith('/') || executable.EndsWith(Vma.RemovedSuffix, StringComparison.Ordinal) ? null : executable,
            Mappings = scan.Mappings,
            GuardPages = scan.GuardPages,
            HugePages = [.. scan.HugePages.Select(run => new KernelRange(run.Start.Value, run.Length))],
            Segments = segments,
            SharedObjects = objects,
            Vdso = vdso,
        };
    }

    private static OriginImage Origin(FrozenTree tree)
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
            CpuFeatures = CpuLevel.Of(tree.Pid).Names,
            XsaveComponents = components,
        };
    }
}
