using System.Buffers;

namespace Yadokari.Rpc.Server;

/// <summary>A growing buffer that refuses to hold more than a bound.</summary>
internal sealed class BoundedWriter(long most) : IBufferWriter<byte>
{
    private const int FirstBytes = 4096;

    private byte[] _bytes = new byte[FirstBytes];

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Count);

    public Span<byte> At(int offset, int length) => _bytes.AsSpan(offset, length);

    public void Advance(int count)
    {
        Count += count;
        CheckBound(0);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _bytes.AsMemory(Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _bytes.AsSpan(Count);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(Math.Max(bytes.Length, 1)));
        Advance(bytes.Length);
    }

    private void MakeRoom(int wanted)
    {
        wanted = Math.Max(wanted, 1);
        if (_bytes.Length - Count >= wanted)
        {
            return;
        }
        CheckBound(wanted);
        long doubled = Math.Min(Math.Max((long)_bytes.Length * 2, (long)Count + wanted), Array.MaxLength);
        Array.Resize(ref _bytes, (int)doubled);
    }

    private void CheckBound(long more)
    {
        if (Count + more > most)
        {
            throw new InvalidDataException($"the state is larger than {most} bytes: raise YadokariOptions.MaxStateBytes, or carry less");
        }
    }
}
