using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Memory;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// Copies pages of a frozen process into the context file. Readers on several threads take pieces of at most
/// <see cref="MemorySegment.MaxLength"/>; pages that are all zeros are left out, since memory comes back zeroed.
/// </summary>
public sealed class MemoryWriter
{
    private const int Page = RemoteAddress.PageSize;

    /// <summary>Bytes; to start a thread takes as long as to copy some megabytes.</summary>
    private const long WorthHelpers = 16L << 20;

    private readonly RemoteMemory _memory;
    private readonly IImageSink _sink;
    private readonly IProgress<CaptureProgress>? _progress;
    private readonly Lock _sinkLock = new();
    private readonly List<(RemoteAddress Start, int Length)> _pieces = [];
    private readonly List<MemorySegment> _segments = [];
    private long _position;
    private long _done;
    private long _total;
    private int _next;
    private string _owner = "";
    private volatile bool _failed;

    /// <param name="position">Where in the file the first page goes; a multiple of the page size.</param>
    public MemoryWriter(RemoteMemory memory, IImageSink sink, long position, IProgress<CaptureProgress>? progress)
    {
        _memory = memory;
        _sink = sink;
        _position = position;
        _progress = progress;
    }

    /// <summary>Where the next bytes of the file go that have no place of earlier.</summary>
    public long Position => _position;

    /// <summary>Places of an earlier file, all before the first; null: there is none.</summary>
    internal KeptPlaces? Kept { get; init; }

    /// <summary>Bytes of memory written.</summary>
    public long Written { get; private set; }

    /// <summary>Counts what is in the file already as written.</summary>
    public void CountAhead(IReadOnlyList<MemorySegment> segments) => Written += segments.Sum(segment => (long)segment.Length);

    /// <summary>Copies the runs; returns their segments by ascending address.</summary>
    /// <param name="pid">Of the process whose they are.</param>
    public IReadOnlyList<MemorySegment> Copy(int pid, IReadOnlyList<PageRun> runs)
    {
        _owner = Kept is null ? "" : KeptPlaces.OwnerOf(pid);
        _pieces.Clear();
        _segments.Clear();
        _next = 0;
        foreach (PageRun run in runs)
        {
            for (ulong at = 0; at < run.Length; at += MemorySegment.MaxLength)
            {
                int length = (int)Math.Min(MemorySegment.MaxLength, run.Length - at);
                _pieces.Add((run.Start + at, length));
                _total += length;
            }
        }

        int workers = _total < WorthHelpers ? 1 : Math.Clamp(Environment.ProcessorCount, 1, 4);
        if (workers == 1)
        {
            Work();
        }
        else
        {
            Thread[] helpers = new Thread[workers - 1];
            Exception? failure = null;
            for (int i = 0; i < helpers.Length; i++)
            {
                helpers[i] = new Thread(() =>
                {
                    try
                    {
                        Work();
                    }
                    catch (Exception e)
                    {
                        _failed = true;
                        Interlocked.CompareExchange(ref failure, e, null);
                    }
                });
                helpers[i].Start();
            }

            try
            {
                Work();
            }
            catch
            {
                _failed = true;
                throw;
            }
            finally
            {
                foreach (Thread helper in helpers)
                {
                    helper.Join();
                }
            }

            if (failure is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            }
        }

        MemorySegment[] result = [.. _segments];
        Array.Sort(result, (left, right) => left.Address.CompareTo(right.Address));
        return result;
    }

    /// <summary>Copies runs of a frozen process of which relatives may have pages alike: of those the segments lead to what is there, all
    /// others are known from here on.</summary>
    /// <param name="pid">Of the process whose they are.</param>
    /// <returns>Segments by ascending address.</returns>
    internal IReadOnlyList<MemorySegment> CopyOnce(int pid, IReadOnlyList<PlacedRun> runs, AlikePages known)
    {
        string owner = Kept is null ? "" : KeptPlaces.OwnerOf(pid);
        List<MemorySegment> segments = [];
        foreach (PlacedRun run in runs)
        {
            for (ulong at = 0; at < run.Run.Length; at += MemorySegment.MaxLength)
            {
                Span<byte> bytes = known.Room.AsSpan(0, (int)Math.Min(MemorySegment.MaxLength, run.Run.Length - at));
                ReadWithHoles(run.Run.Start + at, bytes);
                foreach (AlikeRun alike in known.Find(run.Place + at, bytes))
                {
                    RemoteAddress start = run.Run.Start + (at + (ulong)alike.Offset);
                    Span<byte> part = bytes.Slice(alike.Offset, alike.Length);
                    if (alike.Known is { } stored)
                    {
                        segments.Add(new MemorySegment(start.Value, part.Length, stored.FileOffset, Checksum.OfSegment(part)));
                    }
                    else
                    {
                        WriteNew(owner, start, run.Place + at + (ulong)alike.Offset, part, known, segments);
                    }
                }
            }
        }

        return segments;
    }

    private void WriteNew(string owner, RemoteAddress start, ulong place, Span<byte> bytes, AlikePages known, List<MemorySegment> segments)
    {
        List<(int From, int To)> kept = [];
        FindKept(bytes, kept);
        foreach ((int from, int to) in kept)
        {
            if (Write(owner, (start + (ulong)from).Value, bytes[from..to]) is not { } segment)
            {
                continue;
            }

            segments.Add(segment);
            Written += segment.Length;
            for (int at = from; at < to; at += Page)
            {
                known.Add(place + (ulong)at, new StoredPage(_memory, start + (ulong)at, segment.FileOffset + (at - from)));
            }
        }
    }

    /// <summary>Writes bytes of another source (an object read by descriptor) as a segment; null when they are all zeros.</summary>
    /// <param name="key">The object's (<see cref="SharedObjectImage.Key"/>).</param>
    public MemorySegment? Write(string key, ulong address, ReadOnlySpan<byte> bytes) =>
        bytes.ContainsAnyExcept((byte)0) ? Store(key, address, bytes) : null;

    private void Work()
    {
        byte[] buffer = PageBuffers.Take();
        List<MemorySegment> found = [];
        List<(int From, int To)> kept = [];
        while (!_failed)
        {
            int index = Interlocked.Increment(ref _next) - 1;
            if (index >= _pieces.Count)
            {
                break;
            }

            (RemoteAddress start, int length) = _pieces[index];
            Span<byte> bytes = buffer.AsSpan(0, length);
            ReadWithHoles(start, bytes);
            FindKept(bytes, kept);
            foreach ((int from, int to) in kept)
            {
                found.Add(Store(_owner, (start + (ulong)from).Value, bytes[from..to]));
            }

            long now = Interlocked.Add(ref _done, length);
            _progress?.Report(new CaptureProgress(now, _total));
        }

        PageBuffers.GiveBack(buffer);
        lock (_segments)
        {
            foreach (MemorySegment segment in found)
            {
                _segments.Add(segment);
                Written += segment.Length;
            }
        }
    }

    /// <summary>A mapped file may end before its mapping does, and a guard page can't be read: such pages are zeros.</summary>
    private void ReadWithHoles(RemoteAddress start, Span<byte> bytes)
    {
        int got = _memory.Read(start, bytes);
        while (got < bytes.Length)
        {
            int next = Math.Min(bytes.Length, (got / Page * Page) + Page);
            bytes[got..next].Clear();
            got = next;
            got += _memory.Read(start + (ulong)got, bytes[got..]);
        }
    }

    private MemorySegment Store(string owner, ulong address, ReadOnlySpan<byte> bytes)
    {
        long offset = Place(owner, address, bytes.Length);
        uint checksum = Checksum.OfSegment(bytes);
        WriteSink(offset, bytes);
        return new MemorySegment(address, bytes.Length, offset, checksum);
    }

    private long Place(string owner, ulong address, int length) =>
        Kept?.TryTake(owner, address, length) ?? Interlocked.Add(ref _position, length) - length;

    private void WriteSink(long offset, ReadOnlySpan<byte> bytes)
    {
        if (_sink.IsConcurrent)
        {
            _sink.Write(offset, bytes);
        }
        else
        {
            lock (_sinkLock)
            {
                _sink.Write(offset, bytes);
            }
        }
    }

    /// <summary>Leaves out long runs of zero pages; short ones cost less to store than another operation.</summary>
    private static void FindKept(ReadOnlySpan<byte> bytes, List<(int From, int To)> kept)
    {
        const int WorthSkipping = 4;
        kept.Clear();
        int from = 0;
        int at = 0;
        while (at < bytes.Length)
        {
            int zeros = 0;
            while (at + (zeros * Page) < bytes.Length && !bytes.Slice(at + (zeros * Page), Page).ContainsAnyExcept((byte)0))
            {
                zeros++;
            }

            if (zeros >= WorthSkipping || (zeros > 0 && at + (zeros * Page) == bytes.Length))
            {
                Keep(from, at);
                at += zeros * Page;
                from = at;
            }
            else
            {
                at += Math.Max(1, zeros) * Page;
            }
        }

        Keep(from, bytes.Length);

        void Keep(int first, int end)
        {
            if (end > first)
            {
                kept.Add((first, end));
            }
        }
    }
}
