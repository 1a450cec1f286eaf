using System.Diagnostics;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Context;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Ptrace;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Capture;

/// <summary>
/// The memory of a job copied in rounds while it runs, each process under a watch of its own. A process that came later, or can't
/// be watched, is copied when it stands still. Disposing ends the watches, which takes some 50 ms for each GiB: not in a pause.
/// </summary>
public sealed class TreeRounds : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(500);

    private readonly List<TrackedMemory> _tracked = [];
    private readonly List<RoundReport> _rounds = [];
    private FilePlaces _places = new(ContextWriter.FirstPage, null);

    private TreeRounds()
    {
    }

    /// <summary>Each round so far.</summary>
    public IReadOnlyList<RoundReport> Rounds => _rounds;

    /// <summary>Why memory is copied, all or in part, while the job stands still; null: only what is left is.</summary>
    public string? WithoutRounds { get; private set; }

    /// <summary>Where the next bytes of the file go.</summary>
    internal long Position => _places.Position;

    /// <summary>Places that an earlier file had; null: there is none, or memory was not copied in rounds.</summary>
    internal KeptPlaces? Kept => _places.Kept;

    /// <summary>Copies memory, again and again what was written meanwhile, until little is left. The job runs, but for one short stop.</summary>
    /// <param name="sink">Gets the pages, in the places that they keep.</param>
    /// <param name="flush">What was copied is to be safe before the job goes on or ends.</param>
    /// <exception cref="OperationCanceledException">The sink gave up; as any other failure of it.</exception>
    public static TreeRounds Run(int pid, Tracer tracer, IImageSink sink, IProgress<CaptureProgress>? progress, bool flush)
    {
        TreeRounds result = new();
        try
        {
            result.Copy(pid, tracer, sink, progress, flush);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (TrackedMemory memory in _tracked)
        {
            memory.Dispose();
        }

        _tracked.Clear();
    }

    /// <summary>The job stands still: of each process is found out anew what is left.</summary>
    internal void BeginLast()
    {
        foreach (TrackedMemory memory in _tracked)
        {
            memory.IsFinished = false;
        }
    }

    /// <summary>What is known of a process; null: nothing.</summary>
    internal TrackedMemory? Find(int pid) => _tracked.Find(memory => memory.Pid == pid);

    /// <summary>The mappings without the mark that the watch is on them.</summary>
    internal IReadOnlyList<Vma> WithoutMark(int pid, IReadOnlyList<Vma> vmas) =>
        Find(pid)?.WithoutMark(vmas) ?? vmas;

    private void Copy(int pid, Tracer tracer, IImageSink sink, IProgress<CaptureProgress>? progress, bool flush)
    {
        Dictionary<int, long> own = [];
        long total = Measure(pid, own);
        if (total < RoundRule.WorthRounds(sink.WantsLayout))
        {
            WithoutRounds = "it has little memory";
            return;
        }

        KeptPlaces kept = new(sink.Earlier);
        if (kept.End > 0)
        {
            _places = new FilePlaces(kept.End, kept);
        }

        long worthWatch = RoundRule.WorthWatch(sink.WantsLayout);
        Dictionary<int, WriteWatch> watches = own.Values.Any(bytes => bytes >= worthWatch) ? Arm(pid, tracer, own, worthWatch) : [];
        AlikePages? alike = own.Count > 1 ? new() : null;
        foreach ((int process, _) in own)
        {
            watches.TryGetValue(process, out WriteWatch? watch);
            try
            {
                _tracked.Add(new TrackedMemory(process, watch, _places, sink, alike));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                watch?.Dispose(); // it has ended
            }
        }

        long done = 0;
        do
        {
            long start = Stopwatch.GetTimestamp();
            bool first = _rounds.Count == 0;
            long bytes = 0;
            foreach (TrackedMemory memory in _tracked)
            {
                bytes += Once(memory, first, () => Tell(memory, sink), part => progress?.Report(new CaptureProgress(Math.Min(Interlocked.Add(ref done, part), total), total)));
            }

            if (flush)
            {
                sink.Flush();
            }

            _rounds.Add(new RoundReport(bytes, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
        }
        while (RoundRule.GoesOn([.. _rounds.Select(round => round.Bytes)]));
    }

    private long Once(TrackedMemory memory, bool first, Action planned, Action<long> copied)
    {
        try
        {
            long bytes = first ? memory.Begin(copied, planned) : memory.Next(planned);
            // What a device writes to pages directly may come behind the moment at which they were told as written.
            if (memory.IsWatching && HasDirect(memory.Pid))
            {
                WithoutRounds = $"{ProcessLabel.Of(memory.Pid)} has a file open for direct input and output (O_DIRECT)";
                memory.Distrust();
            }

            return bytes;
        }
        catch (Exception e) when (e is SystemCallException || (e is IOException or UnauthorizedAccessException or EngineException && HasLeft(memory.Pid)))
        {
            // It ended, or runs another program. What else there is comes from the sink.
            memory.Distrust();
            return 0;
        }
    }

    /// <summary>Of a job of one process: whoever wants to make one like it need not wait.</summary>
    private void Tell(TrackedMemory memory, IImageSink sink)
    {
        if (sink.WantsLayout && _tracked.Count == 1 && LayoutCapture.Take(memory) is { } layout)
        {
            sink.Tell(layout);
        }
    }

    /// <summary>It has ended, or is about to: its memory goes first.</summary>
    private static bool HasLeft(int pid) => ProcStat.Read(pid) is null or { HasEnded: true } || ProcMaps.ReadMaps(pid) is null or { Count: 0 };

    private static bool HasDirect(int pid)
    {
        foreach (int number in ProcFdInfo.Numbers(pid) ?? [])
        {
            if (ProcFdInfo.Read(pid, number) is { } info && (info.Flags & O_DIRECT) != 0 && ProcFdInfo.Link(pid, number) is { } link && link.StartsWith('/'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Bytes of memory of the job, and of each process what is no file's.</summary>
    private static long Measure(int pid, Dictionary<int, long> own)
    {
        long total = 0;
        foreach (int process in ProcessTree.Read(pid, []))
        {
            try
            {
                MemoryCapture scan = MemoryCapture.Scan(process, ProcMaps.ReadMaps(process) ?? []);
                long all = scan.Runs.Sum(run => (long)run.Length);
                own[process] = all - scan.ReadOnlyFiles.Sum(vma => (long)vma.Length);
                total += all;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or SystemCallException)
            {
                // Ended meanwhile; the freeze tells better.
            }
        }

        return total;
    }

    /// <summary>One stop of the whole job, in which each process makes its watch.</summary>
    private Dictionary<int, WriteWatch> Arm(int pid, Tracer tracer, Dictionary<int, long> own, long worthWatch)
    {
        Dictionary<int, WriteWatch> watches = [];
        try
        {
            tracer.Run(() =>
            {
                using FrozenTree tree = FrozenTree.Freeze(pid);
                ProcessCapturer.Settle(tree);
                foreach (FrozenProcess process in tree.Processes)
                {
                    string? reason = null;
                    if (own.GetValueOrDefault(process.Pid) >= worthWatch && WatchArming.TryArm(process, Lease, out reason) is { } watch)
                    {
                        watches.Add(process.Pid, watch);
                    }

                    WithoutRounds ??= reason;
                }
            });
        }
        catch (Exception e) when (e is LeaseLostException or SystemCallException or EngineException or ObstacleException)
        {
            // What is in the way of the freeze itself will say so there.
            WithoutRounds = $"its memory can't be watched: {e.Message}";
        }

        return watches;
    }
}
