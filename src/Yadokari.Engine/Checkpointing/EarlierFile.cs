using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Checkpointing;

/// <summary>
/// An earlier context file that is written over, page by page: one that has the same bytes there is left alone. What is never written
/// becomes zeros, as in a new file. From the first write until its header is written again, the last of all, it is no context file,
/// also on the disk. Not thread-safe.
/// </summary>
/// <param name="file">Open for reading and writing; the caller's.</param>
internal sealed class EarlierFile(SafeFileHandle file)
{
    private const int Page = RemoteAddress.PageSize;

    /// <summary>Looked at in one go: bytes, whole pages.</summary>
    private const int Piece = 1 << 20;

    private readonly long _length = RandomAccess.GetLength(file);
    private readonly List<ulong> _given = [];
    private bool _begun;

    /// <summary>Bytes that were written because they were not there.</summary>
    public long Written { get; private set; }

    /// <param name="offset">A multiple of the page size. Bytes that end within a page are the last of the file.</param>
    /// <exception cref="IOException">It can't be read or written.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset % Page != 0)
        {
            throw new ArgumentException("only whole pages are compared", nameof(offset));
        }

        Begin();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> piece = bytes[..Math.Min(bytes.Length, Piece)];
            Span<byte> there = buffer.AsSpan(0, piece.Length);
            Read(offset, there);
            for (int at = 0; at < piece.Length;)
            {
                int end = EndOf(piece, there, at, out bool same);
                if (!same)
                {
                    RandomAccess.Write(file, piece[at..end], offset + at);
                    Written += end - at;
                }

                at = end;
            }

            for (int at = 0; at < piece.Length; at += Page)
            {
                Mark((offset + at) / Page);
            }

            bytes = bytes[piece.Length..];
            offset += piece.Length;
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Makes zeros of what was not written.</summary>
    /// <param name="end">Bytes of the file that it is now; what lies behind is the caller's to cut.</param>
    /// <exception cref="IOException">It can't be read or written.</exception>
    public void Finish(long end)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        long limit = Math.Min(end, _length);
        for (long at = 0; at < limit;)
        {
            long next = at + Page;
            bool given = IsGiven(at / Page);
            while (next < limit && next - at < Piece && IsGiven(next / Page) == given)
            {
                next += Page;
            }

            if (!given)
            {
                Clear(at, buffer.AsSpan(0, (int)(next - at)));
            }

            at = next;
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Begin()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        RandomAccess.Write(file, new byte[Page], 0);
        RandomAccess.FlushToDisk(file);
        Written += Page;
    }

    /// <summary>The end of the pages from one on that are all the same as they are there, or all not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int EndOf(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> there, int at, out bool same)
    {
        same = IsSame(bytes, there, at);
        do
        {
            at = Math.Min(at + Page, bytes.Length);
        }
        while (at < bytes.Length && IsSame(bytes, there, at) == same);
        return at;
    }

    private static bool IsSame(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> there, int at)
    {
        int length = Math.Min(Page, bytes.Length - at);
        return bytes.Slice(at, length).SequenceEqual(there.Slice(at, length));
    }

    /// <summary>Behind its end a file has zeros.</summary>
    private void Read(long offset, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int got = RandomAccess.Read(file, bytes, offset);
            if (got == 0)
            {
                bytes.Clear();
                return;
            }

            offset += got;
            bytes = bytes[got..];
        }
    }

    private void Clear(long offset, Span<byte> buffer)
    {
        Read(offset, buffer);
        if (!buffer.ContainsAnyExcept((byte)0) || FilePlace.Forget(file, offset, buffer.Length))
        {
            return;
        }

        buffer.Clear();
        RandomAccess.Write(file, buffer, offset);
        Written += buffer.Length;
    }

    private void Mark(long page)
    {
        int word = (int)(page / 64);
        while (_given.Count <= word)
        {
            _given.Add(0);
        }

        _given[word] |= 1UL << (int)(page % 64);
    }

    private bool IsGiven(long page)
    {
        int word = (int)(page / 64);
        return word < _given.Count && (_given[word] >> (int)(page % 64) & 1) != 0;
    }
}
