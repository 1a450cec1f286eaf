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

    private readonly RemoteMemory memory;
    private readonly IImageSink sink;
    private readonly IProgress<CaptureProgress>? progress;
    private readonly Lock sinkLock = new();
    private readonly List<(RemoteAddress Start, int Length)> pieces = [];
    private readonly List<MemorySegment> segments = [];
    private long position;
    private long done;
    private long total;
    private int next;
    private volatile bool failed;

    /// <param name="position">Where in the file the first page goes; a multiple of the page size.</param>
    public MemoryWriter(RemoteMemory memory, IImageSink sink, long position, IProgress<CaptureProgress>? progress)
    {
        this.memory = memory;
        this.sink = sink;
        this.position = position;
        this.progress = progress;
    }

    /// <summary>Where the next bytes of the file go.</summary>
    public long Position => position;

    /// <summary>Bytes of memory written.</summary>
    public long Written { get; private set; }

    /// <summary>Copies the runs; returns their segments by ascending address.</summary>
    public IReadOnlyList<MemorySegment> Copy(IReadOnlyList<PageRun> runs)
    {
        pieces.Clear();
        segments.Clear();
        next = 0;
        foreach (PageRun run in runs)
        {
            for (ulong at = 0; at < run.Length; at += MemorySegment.MaxLength)
            {
                int length = (int)Math.Min(MemorySegment.MaxLength, run.Length - at);
                pieces.Add((run.Start + at, length));
                total += length;
            }
        }

        int workers = pieces.Count < 8 ? 1 : Math.Clamp(Environment.ProcessorCount, 1, 4);
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
                        failed = true;
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
                failed = true;
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

        MemorySegment[] result = [.. segments];
        Array.Sort(result, (left, right) => left.Address.CompareTo(right.Address));
        return result;
    }

    /// <summary>Writes bytes of another source (an object read by descriptor) as a segment; null when they are all zeros.</summary>
    public MemorySegment? Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.ContainsAnyExcept((byte)0))
        {
            return null;
        }

        long offset = Interlocked.Add(ref position, bytes.Length) - bytes.Length;
        uint checksum = Checksum.Compute(bytes);
        if (sink.IsConcurrent)
        {
            sink.Write(offset, bytes);
        }
        else
        {
            lock (sinkLock)
            {
                sink.Write(offset, bytes);
            }
        }

        return new MemorySegment(address, bytes.Length, offset, checksum);
    }

    private void Work()
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(MemorySegment.MaxLength, pinned: true);
        List<MemorySegment> found = [];
        while (!failed)
        {
            int index = Interlocked.Increment(ref next) - 1;
            if (index >= pieces.Count)
            {
                break;
            }

            (RemoteAddress start, int length) = pieces[index];
            int got = memory.Read(start, buffer.AsSpan(0, length));

            // A mapped file may end within its last page or before its mapping does: whole pages, the rest zeros.
            int whole = (got + Page - 1) / Page * Page;
            buffer.AsSpan(got, whole - got).Clear();
            Split(start, buffer.AsSpan(0, whole), found);
            long now = Interlocked.Add(ref done, length);
            progress?.Report(new CaptureProgress(now, total));
        }

        lock (segments)
        {
            foreach (MemorySegment segment in found)
            {
                segments.Add(segment);
                Written += segment.Length;
            }
        }
    }

    /// <summary>Leaves out long runs of zero pages; short ones cost less to store than another operation.</summary>
    private void Split(RemoteAddress start, ReadOnlySpan<byte> bytes, List<MemorySegment> found)
    {
        const int WorthSkipping = 4;
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
                Store(start, bytes, from, at, found);
                at += zeros * Page;
                from = at;
            }
            else
            {
                at += Math.Max(1, zeros) * Page;
            }
        }

        Store(start, bytes, from, bytes.Length, found);
    }

    private void Store(RemoteAddress start, ReadOnlySpan<byte> bytes, int from, int to, List<MemorySegment> found)
    {
        if (to > from && Write(start.Value + (ulong)from, bytes[from..to]) is { } segment)
        {
            found.Add(segment);
        }
    }
}
