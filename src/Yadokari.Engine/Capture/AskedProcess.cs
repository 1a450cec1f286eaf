using System.Diagnostics;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Engine.Resources.Threads;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Capture;

/// <summary>A frozen process whose threads have told what only they know; all else is seen from outside.</summary>
internal sealed class AskedProcess
{
    private readonly ProcessCapture _process;
    private readonly IReadOnlyList<ThreadImage> _threads;
    private readonly SharedResidency _residency;
    private MemoryCapture? _scan;

    private AskedProcess(FrozenProcess frozen, IReadOnlyList<Vma> vmas, ProcessCapture process, IReadOnlyList<ThreadImage> threads, SharedResidency residency)
    {
        Frozen = frozen;
        Vmas = vmas;
        _process = process;
        _threads = threads;
        _residency = residency;
    }

    public FrozenProcess Frozen { get; }

    public int Pid => Frozen.Pid;

    public IReadOnlyList<Vma> Vmas { get; }

    /// <summary>Whose it is (real uid).</summary>
    public uint User => _threads[0].Credentials.Uids[0];

    /// <summary>What it is told when it asks for the host's name.</summary>
    public HostNameImage HostName => _process.HostName;

    /// <summary>When it was about to be asked (<see cref="Stopwatch"/>).</summary>
    public required long Since { get; init; }

    /// <summary>So long after it was asked the last timer of the job was looked at, which ran on till then: the clocks go on from there,
    /// or a timer would have expired before its time.</summary>
    public TimeSpan LastTimer { get; set; }

    /// <summary>Its stopped children that it has not been told of yet, with the signal that stopped each.</summary>
    public required IReadOnlyDictionary<int, int> UntoldStops { get; init; }

    /// <summary>What a process that was asked tells, and what is asked of it alone.</summary>
    /// <param name="vmas">Its mappings.</param>
    /// <param name="data">What its main thread has answered to <see cref="ProcessQuestions.Plan"/>.</param>
    /// <param name="stoppedChildren">Its children that are stopped.</param>
    /// <param name="since">See <see cref="Since"/>.</param>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    /// <exception cref="ObstacleException">It can't be carried after all.</exception>
    public static AskedProcess Of(FrozenProcess frozen, IReadOnlyList<Vma> vmas, RemoteBatch batch, byte[] data, IReadOnlyList<int> stoppedChildren, long since)
    {
        AioContexts.Settle(frozen, batch, vmas);
        ProcessCapture process = ProcessCapture.Read(frozen, data, batch, vmas);
        List<ThreadImage> threads = [ThreadCapture.Capture(frozen, frozen.Main, data, ProcessQuestions.MainThread)];
        foreach (FrozenThread thread in frozen.Threads.Skip(1))
        {
            threads.Add(ThreadCapture.Capture(frozen, thread, batch));
        }

        if (frozen.MainThreadEnded)
        {
            threads.Insert(0, ThreadCapture.OfEndedMain(frozen, threads[0]));
        }

        return new AskedProcess(frozen, vmas, process, threads, SharedResidency.Ask(frozen, batch, vmas))
        {
            Since = since,
            UntoldStops = StopQuestions.Ask(frozen, batch, stoppedChildren),
        };
    }

    /// <summary>Sorts its mappings.</summary>
    /// <param name="objects">Keys of memory and files without a name that processes of the job share or carry.</param>
    public void ScanMemory(IReadOnlyList<string> objects) => _scan = MemoryCapture.Scan(Pid, Vmas, objects);

    /// <summary>Where shared objects can be read.</summary>
    public SharedObjectSource Objects(DescriptorCapture descriptors) => new(Pid, Scan, _residency, Frozen.Memory, descriptors.Contents);

    private MemoryCapture Scan => _scan ?? throw new InvalidOperationException("not scanned");

    /// <summary>What only matters in a process that has a parent in the job.</summary>
    /// <param name="untoldStop">The signal that stopped it, of which its parent has not been told yet; null for none.</param>
    /// <param name="obstacles">Gets what is found.</param>
    public void FindObstaclesOfRelative(int? untoldStop, List<Obstacle> obstacles)
    {
        // Nothing but SIGSTOP stops a process in which all signals are blocked.
        if (untoldStop is not (null or SIGSTOP))
        {
            obstacles.Add(new Obstacle("stopped-process", $"{ProcessLabel.Of(Pid)} is stopped by signal {untoldStop}, and its parent has not waited for it yet") { Passes = true });
        }

        if (Frozen.MainThreadEnded && Frozen.Stopped)
        {
            obstacles.Add(new Obstacle("main-thread-ended", $"the main thread of {ProcessLabel.Of(Pid)} has ended while other threads run, and it is stopped"));
        }

        // The kernel sends it when the thread ends that made the process, and all are made by main threads again.
        if (_threads.Any(thread => thread.ParentDeathSignal != 0) && ProcStat.Read(Pid) is { } stat
            && !ProcTasks.ChildrenOfThread(stat.PPid, stat.PPid).Contains(Pid))
        {
            obstacles.Add(new Obstacle("parent-death-signal", $"{ProcessLabel.Of(Pid)} gets a signal when a thread of its parent ends (PR_SET_PDEATHSIG)"));
        }
    }

    /// <summary>Copies its memory, and tells all of it.</summary>
    /// <param name="common">Keys of what other processes have as well.</param>
    /// <param name="tracked">What was copied of it while it ran; null: nothing.</param>
    /// <param name="alike">Pages of its relatives that were copied before; null: it has no relatives.</param>
    public ProcessImage Finish(DescriptorCapture descriptors, IReadOnlySet<string> common, MemoryWriter writer, TrackedMemory? tracked, AlikePages? alike)
    {
        MemoryCapture memory = Scan;
        IReadOnlyList<MemorySegment> segments = Copy(memory, writer, tracked, alike);
        IReadOnlyList<SharedObjectImage> objects = new SharedObjectCapture([Objects(descriptors)], writer).OfProcess(common);
        PendingStops stops = Stops();
        return new ProcessImage
        {
            Attributes = _process.Attributes with { Stopped = stops.Stopped, Clocks = _process.Attributes.Clocks.After(LastTimer) },
            Memory = Memory(memory, segments, objects),
            Threads = [.. _threads.Select(t => t with { PendingSignals = stops.Others(t.PendingSignals) })],
            Signals = _process.Signals with { Pending = stops.Others(_process.Signals.Pending) },
            Timers = _process.Timers,
            Descriptors = descriptors.Table,
            SharesDescriptors = descriptors.SharesTable,
        };
    }

    private IReadOnlyList<MemorySegment> Copy(MemoryCapture memory, MemoryWriter writer, TrackedMemory? tracked, AlikePages? alike)
    {
        if (tracked is null)
        {
            return Copy(memory, memory.Runs, writer, alike);
        }

        List<PageRun> rest = [];
        List<MemorySegment> borrowed = [];
        IReadOnlyList<MemorySegment> ahead = tracked.Finish(memory, Frozen.Memory, rest, borrowed);
        writer.CountAhead(ahead);
        return [.. ahead.Concat(borrowed).Concat(Copy(memory, rest, writer, alike)).OrderBy(segment => segment.Address)];
    }

    private IReadOnlyList<MemorySegment> Copy(MemoryCapture memory, IReadOnlyList<PageRun> runs, MemoryWriter writer, AlikePages? alike)
    {
        if (alike is null)
        {
            return writer.Copy(Pid, runs);
        }

        List<PageRun> own = [];
        List<PlacedRun> placed = CommonRuns.Find(Pid, memory, runs, own);
        return [.. writer.CopyOnce(Pid, placed, alike).Concat(writer.Copy(Pid, own)).OrderBy(segment => segment.Address)];
    }

    private PendingStops Stops() => PendingStops.Of(Frozen.Stopped, [_process.Signals.Pending, .. _threads.Select(t => t.PendingSignals)]);

    private MemoryImage Memory(MemoryCapture memory, IReadOnlyList<MemorySegment> segments, IReadOnlyList<SharedObjectImage> objects)
    {
        ProcMemoryLayout layout = ProcMemoryLayout.Read(Pid) ?? throw Killed(Frozen);
        string? executable = ProcMisc.Executable(Pid);
        VdsoImage? vdso = null;
        if (memory.Vdso is { } vma)
        {
            byte[] bytes = new byte[vma.Length];
            Frozen.Memory.ReadExactly(vma.Start, bytes);
            vdso = new VdsoImage { Start = vma.Start.Value, Bytes = bytes, Data = memory.KernelData };
        }

        return new MemoryImage
        {
            Layout =
            [
                layout.StartCode, layout.EndCode, layout.StartData, layout.EndData, layout.StartBrk, _process.Brk, layout.StartStack,
                layout.ArgumentsStart, layout.ArgumentsEnd, layout.EnvironmentStart, layout.EnvironmentEnd,
            ],
            AuxiliaryVector = ProcMisc.AuxiliaryVector(Pid) ?? [],
            Executable = executable is null || !executable.StartsWith('/') || executable.EndsWith(Vma.RemovedSuffix, StringComparison.Ordinal) ? null : executable,
            Mappings = memory.Mappings,
            GuardPages = memory.GuardPages,
            HugePages = [.. memory.HugePages.Select(run => new KernelRange(run.Start.Value, run.Length))],
            Segments = segments,
            SharedObjects = objects,
            AioContexts = AioContexts.Read(Frozen.Memory, Vmas),
            Vdso = vdso,
        };
    }

    private static EngineException Killed(FrozenProcess frozen) =>
        new(EngineError.NoSuchProcess, $"process {frozen.Pid} was killed while it was frozen");
}
