using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// The memory of one process that is copied in rounds while it runs: anonymous memory under a <see cref="WriteWatch"/>, and files
/// of which it has nothing of its own. What came to be, moved or lost its watch meanwhile is not known here: it is copied when the
/// process stands still.
/// </summary>
/// <remarks>A page is told as written, and protected, before it is read: so what is read is what it was, or it is told again. Nothing
/// is watched anew while the process runs: a mapping that lost its watch in between (mremap) has pages that stay protected.</remarks>
internal sealed class TrackedMemory : IDisposable
{
    private const int Page = RemoteAddress.PageSize;

    /// <summary>A gap between pages of a mapping up to which both have one place: it costs less than another segment.</summary>
    private const ulong SmallGap = 4 * Page;

    private static readonly byte[] Zeros = new byte[Page];

    private readonly WriteWatch? _watch;
    private readonly FilePlaces _places;
    private readonly string _owner;
    private readonly RemoteMemory _memory;
    private readonly IImageSink _sink;
    private readonly List<PageRun> _watched = [];
    private readonly List<Vma> _vmas = [];
    private readonly List<TrackedFile> _files = [];
    private readonly List<MemoryExtent> _extents = [];
    private readonly List<PageRun> _found = [];
    private readonly BorrowedPages _borrowed = new();
    private AlikeSearch? _alike;
    private bool _distrusted;

    /// <param name="pid">The process.</param>
    /// <param name="watch">Of its address space; owned from here on. Null: only files.</param>
    /// <param name="alike">Pages of its relatives; null: it has none.</param>
    /// <exception cref="IOException">It has ended.</exception>
    public TrackedMemory(int pid, WriteWatch? watch, FilePlaces places, IImageSink sink, AlikePages? alike)
    {
        Pid = pid;
        _watch = watch;
        _places = places;
        _owner = places.Kept is null ? "" : KeptPlaces.OwnerOf(pid);
        _sink = sink;
        _memory = new RemoteMemory(pid) { KeepsSharing = alike is not null };
        _alike = alike is null ? null : new AlikeSearch(this, _memory, alike, _borrowed);
    }

    public int Pid { get; }

    /// <summary>What it writes is seen.</summary>
    public bool IsWatching => _watch is not null && !_distrusted;

    /// <summary>In the process that stands still now all is in the file as it is.</summary>
    public bool IsFinished { get; set; }

    /// <summary>What was told as written is not all that may have been: anonymous memory is copied when it stands still.</summary>
    public void Distrust()
    {
        _distrusted = true;
        _extents.ForEach(extent => extent.Recall());
    }

    /// <summary>The mappings under this watch that have something in them, and the ranges of those with their places in the file.</summary>
    public (IReadOnlyList<Vma> Mappings, IReadOnlyList<MemoryExtent> Extents) Watched
    {
        get
        {
            List<MemoryExtent> inside = [];
            List<Vma> mappings = [];
            int next = 0;
            foreach (Vma vma in _vmas)
            {
                while (next < _extents.Count && _extents[next].Start < vma.Start.Value)
                {
                    next++;
                }

                int first = next;
                for (; next < _extents.Count && _extents[next].End <= vma.End.Value; next++)
                {
                    inside.Add(_extents[next]);
                }

                if (next > first)
                {
                    mappings.Add(vma);
                }
            }

            return (mappings, inside);
        }
    }

    /// <summary>The mappings, by ascending address, without the mark of this watch: it is on those that are watched in part as well.</summary>
    public IReadOnlyList<Vma> WithoutMark(IReadOnlyList<Vma> vmas)
    {
        if (_watch is null)
        {
            return vmas;
        }

        List<Vma> plain = new(vmas.Count);
        RunCursor watched = new(_watch.Ranges);
        foreach (Vma vma in vmas)
        {
            plain.Add(watched.Touches(vma.Start.Value, vma.End.Value) ? vma with { Flags = vma.Flags & ~VmaFlags.UserFault } : vma);
        }

        return plain;
    }

    /// <summary>An address in memory that is under this watch.</summary>
    public bool Watches(RemoteAddress address) => _watched.Exists(range => range.Start <= address && address < range.End);

    /// <summary>The first round: all that it has.</summary>
    /// <returns>Bytes.</returns>
    /// <param name="copied">Called with bytes as they are copied, by several threads.</param>
    /// <param name="planned">Called before the first is copied, when it has its place.</param>
    public long Begin(Action<long> copied, Action planned)
    {
        IReadOnlyList<Vma> all = MappingNames.Resolve(Pid, ProcMaps.ReadSmaps(Pid) ?? throw new IOException($"process {Pid} has ended"));
        PageCopier copier = new(_memory, _sink, copied);
        AddFiles(MemoryCapture.Scan(Pid, all), copier);
        if (_watch is not null)
        {
            AddWatched(all, copier);
        }

        _extents.Sort((left, right) => left.Start.CompareTo(right.Start));
        planned();
        long bytes = copier.Run();
        Settle();
        _alike?.MakeKnown(_extents);
        _alike = null;
        return bytes;
    }

    /// <summary>A later round: what was written since the last.</summary>
    /// <param name="planned">Called when there are new places, before anything is copied.</param>
    /// <returns>Bytes.</returns>
    public long Next(Action planned)
    {
        if (!IsWatching)
        {
            return 0;
        }

        Find(onlyWritten: true);
        _borrowed.Return(_found);
        _borrowed.ReturnBroken(_found);
        _found.Sort((left, right) => left.Start.CompareTo(right.Start));
        PageCopier copier = new(_memory, _sink);
        List<PageRun> fresh = [];
        RunCursor cursor = new(_found);
        ulong at = 0;
        foreach (MemoryExtent extent in _extents)
        {
            cursor.Add(at, extent.Start, fresh);
            AddParts(copier, extent, ref cursor);
            at = extent.End;
        }

        cursor.Add(at, AddressSpace.End, fresh);
        AddExtents(fresh, 0, copier);
        _extents.Sort((left, right) => left.Start.CompareTo(right.Start));
        if (fresh.Count > 0)
        {
            planned();
        }

        long bytes = copier.Run();
        Settle();
        return bytes;
    }

    /// <summary>In the frozen process: brings what was copied up to date.</summary>
    /// <param name="capture">All that it has now.</param>
    /// <param name="frozen">To read it by.</param>
    /// <param name="rest">Gets what has no place yet, by ascending address.</param>
    /// <param name="borrowed">Gets what has one of a relative, by ascending address.</param>
    /// <returns>What has one of its own, by ascending address.</returns>
    public IReadOnlyList<MemorySegment> Finish(MemoryCapture capture, RemoteMemory frozen, List<PageRun> rest, List<MemorySegment> borrowed)
    {
        _found.Clear();
        if (IsWatching)
        {
            List<PageRun> unwritten = [];
            using PageMap pages = new(Pid);
            pages.FindUnwritten(unwritten);
            RunCursor known = new(unwritten);
            foreach (PageRun range in _watched)
            {
                known.Add(range.Start.Value, range.End.Value, _found);
            }
        }

        AddUnchangedFiles(capture);
        _found.Sort((left, right) => left.Start.Value.CompareTo(right.Start.Value));
        PageCopier copier = new(frozen, _sink);
        List<PageRun> needed = [], lent = [];
        List<(MemoryExtent Extent, int Piece)> kept = Compare(capture, copier, needed);
        borrowed.AddRange(_borrowed.Finish(CollectionsMarshal.AsSpan(needed), _found, lent));
        RunCursor elsewhere = new(lent);
        foreach (PageRun run in needed)
        {
            elsewhere.AddOutside(run.Start.Value, run.End.Value, rest);
        }

        copier.Run();
        IsFinished = true;
        return Segments(kept, capture.Mappings);
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _memory.Dispose();
    }

    private void AddWatched(IReadOnlyList<Vma> all, PageCopier copier)
    {
        Dictionary<PageRun, Vma> now = WithoutMark(all).ToDictionary(vma => new PageRun(vma.Start, vma.End));
        foreach (PageRun range in _watch!.Ranges)
        {
            if (!_watch.TryClear(range))
            {
                continue; // copied when it stands still
            }

            _watched.Add(range);
            if (now.TryGetValue(range, out Vma? vma) && MayWatch(vma))
            {
                _vmas.Add(vma);
            }
        }

        Find(onlyWritten: false);
        List<PageRun> own = _alike?.BorrowCommon(_found) ?? _found;
        RunCursor cursor = new(own);
        List<PageRun> parts = [];
        foreach (PageRun range in _watched)
        {
            parts.Clear();
            cursor.Add(range.Start.Value, range.End.Value, parts);
            AddExtents(parts, SmallGap, copier);
        }
    }

    /// <summary>Private memory that is no file's.</summary>
    public static bool MayWatch(Vma vma) =>
        !vma.Shared && !vma.IsFile && !MemoryCapture.IsKernels(vma)
        && (vma.Flags & (VmaFlags.HugeTlb | VmaFlags.Io | VmaFlags.PageFrames | VmaFlags.ShadowStack | VmaFlags.Droppable)) == 0;

    private void Find(bool onlyWritten)
    {
        _found.Clear();
        using PageMap pages = new(Pid);
        pages.Protect(onlyWritten, _found);
    }

    private void AddFiles(MemoryCapture capture, PageCopier copier)
    {
        IReadOnlySet<(uint, uint)>? memoryDevices = null;
        List<PageRun> parts = [];
        RunCursor copied = new(capture.CopiedOfFiles.ToArray());
        foreach (Vma vma in capture.ReadOnlyFiles)
        {
            memoryDevices ??= MappedObject.MemoryDevices(Pid);
            if (TrackedFile.Of(Pid, vma, memoryDevices) is { } file)
            {
                _files.Add(file);
                parts.Clear();
                copied.AddOutside(vma.Start.Value, vma.End.Value, parts);
                AddExtents(_alike?.Borrow([.. parts.Select(part => PlacedRun.Of(part, vma))]) ?? parts, 0, copier);
            }
        }
    }

    /// <summary>Pages of files that are still the files'.</summary>
    private void AddUnchangedFiles(MemoryCapture capture)
    {
        Dictionary<ulong, Vma> now = [];
        foreach (Vma vma in capture.ReadOnlyFiles)
        {
            now[vma.Start.Value] = vma;
        }

        Dictionary<string, FileStatus?> statuses = [];
        RunCursor copied = new(capture.CopiedOfFiles.ToArray());
        foreach (TrackedFile file in _files)
        {
            if (!statuses.TryGetValue(file.Mapping.Name, out FileStatus? status))
            {
                statuses.Add(file.Mapping.Name, status = FileFacts.Regular(Pid, file.Mapping.Name));
            }

            if (now.TryGetValue(file.Mapping.Start.Value, out Vma? vma) && file.IsSame(vma, status))
            {
                copied.AddOutside(vma.Start.Value, vma.End.Value, _found);
            }
        }
    }

    /// <summary>New places, and copies what is in them.</summary>
    private void AddExtents(List<PageRun> runs, ulong gap, PageCopier copier)
    {
        for (int i = 0; i < runs.Count;)
        {
            int last = i;
            while (last + 1 < runs.Count && runs[last + 1].Start.Value - runs[last].End.Value <= gap)
            {
                last++;
            }

            foreach ((ulong start, ulong end, long place) in _places.Take(_owner, runs[i].Start.Value, runs[last].End.Value))
            {
                MemoryExtent extent = new(start, (int)((end - start) / Page), place);
                _extents.Add(extent);
                for (; i <= last && runs[i].Start.Value < end; i++)
                {
                    ulong from = Math.Max(runs[i].Start.Value, start), to = Math.Min(runs[i].End.Value, end);
                    copier.Add(extent, (int)((from - start) / Page), (int)((to - from) / Page));
                    if (runs[i].End.Value > end)
                    {
                        break; // the rest of it lies in the next part
                    }
                }
            }

            i = last + 1;
        }
    }

    private static void AddParts(PageCopier copier, MemoryExtent extent, ref RunCursor cursor)
    {
        List<PageRun> parts = [];
        cursor.Add(extent.Start, extent.End, parts);
        foreach (PageRun part in parts)
        {
            copier.Add(extent, (int)((part.Start.Value - extent.Start) / Page), (int)(part.Length / Page));
        }
    }

    /// <summary>Checksums, as far as they are not of the last moment.</summary>
    private void Settle()
    {
        foreach (MemoryExtent extent in _extents)
        {
            for (int piece = 0; piece < extent.Pieces; piece++)
            {
                extent.Sum(piece);
            }
        }
    }

    /// <summary>Piece by piece, what must travel against what the file has.</summary>
    /// <returns>The pieces that are right when the copier has run.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private List<(MemoryExtent Extent, int Piece)> Compare(MemoryCapture capture, PageCopier copier, List<PageRun> rest)
    {
        List<(MemoryExtent, int)> kept = [];
        List<PageRun> covered = [];
        PageRun[] runs = [.. capture.Runs];
        RunCursor needed = new(runs);
        RunCursor unwritten = new(_found);
        IReadOnlyList<MappingImage> mappings = capture.Mappings;
        int mapping = 0;
        foreach (MemoryExtent extent in _extents)
        {
            for (int piece = 0; piece < extent.Pieces; piece++)
            {
                ulong start = extent.PieceStart(piece);
                ulong end = extent.PieceEnd(piece);
                int need = needed.Mask(start, end);
                while (mapping < mappings.Count && mappings[mapping].End <= start)
                {
                    mapping++;
                }

                // A piece that two mappings have now is two: its pages get new places.
                if (need == 0 || mapping == mappings.Count || start < mappings[mapping].Start || end > mappings[mapping].End)
                {
                    continue;
                }

                int good = unwritten.Mask(start, end) & (extent.Held(piece) | extent.Zero(piece));
                int changed = need & ~good, gone = extent.Held(piece) & ~need;
                if ((changed | gone) != 0)
                {
                    Bring(copier, extent, piece, changed, gone);
                }

                kept.Add((extent, piece));
                if (covered.Count > 0 && covered[^1].End.Value == start)
                {
                    covered[^1] = new PageRun(covered[^1].Start, new RemoteAddress(end));
                }
                else
                {
                    covered.Add(new PageRun(new RemoteAddress(start), new RemoteAddress(end)));
                }
            }
        }

        RunCursor places = new(covered);
        foreach (PageRun run in runs)
        {
            places.AddOutside(run.Start.Value, run.End.Value, rest);
        }

        return kept;
    }

    /// <param name="changed">Pages to be copied.</param>
    /// <param name="gone">Pages that the process has no more.</param>
    private void Bring(PageCopier copier, MemoryExtent extent, int piece, int changed, int gone)
    {
        int first = piece * MemoryExtent.PagesOfPiece;
        for (int i = 0; (changed | gone) >> i != 0; i++)
        {
            if ((gone >> i & 1) != 0)
            {
                _sink.Write(extent.FileOffset + ((long)(first + i) * Page), Zeros);
                extent.Clear(first + i, known: false);
            }
            else if ((changed >> i & 1) != 0)
            {
                int count = 1;
                while ((changed >> (i + count) & 1) != 0)
                {
                    count++;
                }

                copier.Add(extent, first + i, count);
                i += count - 1;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static List<MemorySegment> Segments(List<(MemoryExtent Extent, int Piece)> kept, IReadOnlyList<MappingImage> mappings)
    {
        List<MemorySegment> segments = [];
        int mapping = 0;
        for (int i = 0; i < kept.Count;)
        {
            (MemoryExtent extent, int first) = kept[i];
            while (mappings[mapping].End <= extent.PieceStart(first))
            {
                mapping++;
            }

            uint sum = uint.MaxValue;
            int last = first;
            for (; i < kept.Count && kept[i] == (extent, last) && extent.Held(last) != 0 && extent.PieceStart(last) < mappings[mapping].End && last - first < MemorySegment.MaxLength / ReadBuffer.Piece; i++)
            {
                sum = PageSums.Add(sum, extent.Sum(last));
                last++;
            }

            if (last == first)
            {
                i++; // zeros
                continue;
            }

            ulong start = extent.PieceStart(first);
            segments.Add(new MemorySegment(start, (int)(extent.PieceEnd(last - 1) - start), extent.FileOffset + ((long)first * ReadBuffer.Piece), sum));
        }

        return segments;
    }
}
