using System.Buffers.Binary;

namespace Yadokari.Rpc.State.Coding;

/// <summary>A position in bytes from outside. Every length is checked against what is left before anything is allocated.</summary>
internal sealed class ByteCursor(ReadOnlyMemory<byte> bytes, string state)
{
    private const int MaxDepth = 64;

    public int Position { get; set; }

    public int Left => bytes.Length - Position;

    public InvalidDataException Damaged(string what) => new($"state '{state}': damaged at byte {Position}: {what}");

    public StateTag PeekTag() => Left > 0 ? (StateTag)bytes.Span[Position] : throw Damaged("it ends too early");

    public StateTag TakeTag()
    {
        StateTag tag = PeekTag();
        Position++;
        return tag;
    }

    public ulong TakeVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (Left == 0)
            {
                throw Damaged("it ends too early");
            }

            byte next = bytes.Span[Position++];
            // The tenth byte has room for one bit.
            if (shift == 63 && next > 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged("a number is too long");
    }

    /// <summary>A count of things that take at least <paramref name="least"/> bytes each.</summary>
    public int TakeCount(int least)
    {
        ulong count = TakeVarint();
        return count <= (ulong)(Left / least) ? (int)count : throw Damaged($"it promises {count} items and has {Left} bytes");
    }

    public ReadOnlySpan<byte> Take(int length)
    {
        if (length > Left)
        {
            throw Damaged("it ends too early");
        }

        ReadOnlySpan<byte> taken = bytes.Span.Slice(Position, length);
        Position += length;
        return taken;
    }

    public int TakeInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long TakeInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    /// <summary>Goes past one value of whatever kind, and checks its form.</summary>
    public void SkipValue() => SkipValue(MaxDepth);

    private void SkipValue(int depth)
    {
        if (depth == 0)
        {
            throw Damaged($"values are nested deeper than {MaxDepth}");
        }

        StateTag tag = TakeTag();
        switch (tag)
        {
            case StateTag.Null or StateTag.False or StateTag.True:
                break;
            case StateTag.Integer or StateTag.Unsigned or StateTag.Reference:
                TakeVarint();
                break;
            case StateTag.Single:
                Take(4);
                break;
            case StateTag.Double:
                Take(8);
                break;
            case StateTag.Text or StateTag.RawText or StateTag.Bytes:
                Take(TakeCount(1));
                break;
            case StateTag.List:
                SkipValues(TakeCount(1), depth);
                break;
            case StateTag.Map:
                SkipValues(2 * (long)TakeCount(2), depth);
                break;
            case StateTag.Members:
                SkipMembers(depth);
                break;
            default:
                Position--;
                throw Damaged($"{(byte)tag} is no kind of value");
        }
    }

    private void SkipValues(long count, int depth)
    {
        for (long i = 0; i < count; i++)
        {
            SkipValue(depth - 1);
        }
    }

    private void SkipMembers(int depth)
    {
        TakeVarint();
        int count = TakeCount(2);
        for (int i = 0; i < count; i++)
        {
            TakeVarint();
            SkipValue(depth - 1);
        }
    }
}
