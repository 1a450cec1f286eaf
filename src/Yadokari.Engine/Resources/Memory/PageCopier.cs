using System.Runtime.ExceptionServices;
using Yadokari.Engine.Checkpointing;
using Yadokari.Linux;
using Yadokari.Linux.Memory;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>Copies pages of a process, running or frozen, to their places in the file. What can't be read is zeros there, and not
/// known to be.</summary>
/// <param name="copied">Called with bytes as they are copied, by several threads; may be null.</param>
internal sealed class PageCopier(RemoteMemory memory, IImageSink sink, Action<long>? copied = null)
{
    private const int Page = RemoteAddress.PageSize;
    private const int MostPages = MemorySegment.MaxLength / Page;

    /// <summary>Bytes; to start a thread takes as long as to copy some megabytes.</summary>
    private const long WorthHelpers = 16L << 20;

    private readonly List<(MemoryExtent Extent, int Page, int Count)> _parts = [];
    private readonly List<int> _shares = [];
    private readonly Lock _sinkLock = new();
    private int _next;
    private volatile bool _failed;

    /// <summary>Bytes of the pages that wait.</summary>
    public long Waiting { get; private set; }

    /// <summary>Pages to be copied; by ascending page within an extent, extent by extent.</summary>
    public void Add(MemoryExtent extent, int page, int count)
    {
        Waiting += (long)count * Page;
        while (count > 0)
        {
            // Whole pieces, so that no two threads have one.
            int most = MostPages - (page % MemoryExtent.PagesOfPiece);
            int taken = Math.Min(count, most);
            _parts.Add((extent, page, taken));
            page += taken;
            count -= taken;
        }
    }

    /// <summary>Copies all that was added.</summary>
    /// <returns>Bytes.</returns>
    public long Run()
    {
        long bytes = Waiting;
        Waiting = 0;
        Share();
        _next = 0;
        int workers = bytes < WorthHelpers ? 1 : Math.Clamp(Environment.ProcessorCount, 1, 4);
        Exception? failure = null;
        void Guarded()
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
        }

        Thread[] helpers = new Thread[workers - 1];
        for (int i = 0; i < helpers.Length; i++)
        {
            helpers[i] = new Thread(Guarded) { IsBackground = true };
            helpers[i].Start();
        }

        Guarded();
        foreach (Thread helper in helpers)
        {
            helper.Join();
        }

        _parts.Clear();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return bytes;
    }

    /// <summary>Cuts the parts into shares of some size, never within a piece.</summary>
    private void Share()
    {
        _shares.Clear();
        _shares.Add(0);
        int pages = 0;
        for (int i = 1; i < _parts.Count; i++)
        {
            (MemoryExtent extent, int page, int count) = _parts[i - 1];
            pages += count;
            bool samePiece = _parts[i].Extent == extent && _parts[i].Page / MemoryExtent.PagesOfPiece == (page + count - 1) / MemoryExtent.PagesOfPiece;
            if (pages >= MostPages && !samePiece)
            {
                _shares.Add(i);
                pages = 0;
            }
        }

        _shares.Add(_parts.Count);
    }

    private void Work()
    {
        byte[] buffer = PageBuffers.Take();
        while (!_failed)
        {
            int share = Interlocked.Increment(ref _next) - 1;
            if (share >= _shares.Count - 1)
            {
                break;
            }

            for (int i = _shares[share]; i < _shares[share + 1]; i++)
            {
                (MemoryExtent extent, int page, int count) = _parts[i];
                Copy(extent, page, count, buffer);
                copied?.Invoke((long)count * Page);
            }
        }

        PageBuffers.GiveBack(buffer);
    }

    private void Copy(MemoryExtent extent, int page, int count, byte[] buffer)
    {
        long place = extent.FileOffset + ((long)page * Page);
        Span<byte> bytes = buffer.AsSpan(0, count * Page);
        Span<bool> read = stackalloc bool[count];
        Read(new RemoteAddress(extent.Start + ((ulong)page * Page)), bytes, read);
        int from = -1;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> one = bytes.Slice(i * Page, Page);
            bool empty = !one.ContainsAnyExcept((byte)0);
            // Where the file has zeros already, none need be written.
            bool write = !empty || extent.IsHeld(page + i);
            if (empty)
            {
                extent.Clear(page + i, known: read[i]);
            }
            else
            {
                extent.Hold(page + i, one);
            }

            if (write && from < 0)
            {
                from = i;
            }
            else if (!write && from >= 0)
            {
                Write(place, bytes, from, i);
                from = -1;
            }
        }

        if (from >= 0)
        {
            Write(place, bytes, from, count);
        }
    }

    private void Write(long place, ReadOnlySpan<byte> bytes, int from, int to)
    {
        ReadOnlySpan<byte> part = bytes[(from * Page)..(to * Page)];
        if (sink.IsConcurrent)
        {
            sink.Write(place + ((long)from * Page), part);
            return;
        }

        lock (_sinkLock)
        {
            sink.Write(place + ((long)from * Page), part);
        }
    }

    private void Read(RemoteAddress start, Span<byte> bytes, Span<bool> read)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            int got = memory.Read(start + (ulong)done, bytes[done..]) / Page * Page;
            read.Slice(done / Page, got / Page).Fill(true);
            done += got;
            if (done < bytes.Length)
            {
                // A hole, a guard page, or what lies behind the end of a mapped file.
                bytes.Slice(done, Page).Clear();
                done += Page;
            }
        }
    }
}
