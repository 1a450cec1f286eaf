using System.Buffers.Binary;
using System.Text;

namespace Yadokari.Rpc.State.Coding;

/// <summary>
/// Writes one image of an object graph into memory. Not thread-safe. <see cref="ToImage"/> ends it:
/// <code>
/// names:   count, then each: length, UTF-8
/// root:    value
/// objects: count, then each: description (index of a name), value
/// </code>
/// </summary>
public sealed class CarriedWriter
{
    // A tag and a varint of 64 bits.
    private const int MaxScalar = 11;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _state;
    private readonly long _maxBytes;
    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<(object Value, IObjectCodec Codec)> _pending = new();
    private readonly Dictionary<string, int> _nameIndexes = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private byte[] _buffer = new byte[256];
    private int _length;

    /// <param name="state">Name of the state, for errors.</param>
    /// <param name="maxBytes">Bound for the image, in bytes.</param>
    public CarriedWriter(string state, long maxBytes)
    {
        _state = state;
        _maxBytes = Math.Min(maxBytes, Array.MaxLength);
    }

    /// <summary>Bytes so far.</summary>
    public int Length => _length;

    /// <summary>Writes null.</summary>
    public void WriteNull() => Put((byte)StateTag.Null);

    /// <summary>Writes a truth value.</summary>
    public void WriteBoolean(bool value) => Put((byte)(value ? StateTag.True : StateTag.False));

    /// <summary>Writes a whole number.</summary>
    public void WriteInteger(long value)
    {
        Put((byte)StateTag.Integer);
        PutVarint((ulong)((value << 1) ^ (value >> 63)));
    }

    /// <summary>Writes a whole number that may be above 2⁶³.</summary>
    public void WriteUnsigned(ulong value)
    {
        if (value <= long.MaxValue)
        {
            WriteInteger((long)value);
            return;
        }

        Put((byte)StateTag.Unsigned);
        PutVarint(value);
    }

    /// <summary>Writes a number of 32 bits, with the payload of a NaN.</summary>
    public void WriteSingle(float value)
    {
        Put((byte)StateTag.Single);
        BinaryPrimitives.WriteInt32LittleEndian(Reserve(4), BitConverter.SingleToInt32Bits(value));
        _length += 4;
    }

    /// <summary>Writes a number of 64 bits, with the payload of a NaN.</summary>
    public void WriteDouble(double value)
    {
        Put((byte)StateTag.Double);
        BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), BitConverter.DoubleToInt64Bits(value));
        _length += 8;
    }

    /// <summary>Writes a string exactly, also one that is not valid Unicode; or null.</summary>
    public void WriteText(string? value)
    {
        if (value is null)
        {
            WriteNull();
            return;
        }

        int bytes;
        try
        {
            bytes = Strict.GetByteCount(value);
        }
        catch (EncoderFallbackException)
        {
            WriteRawText(value);
            return;
        }

        Put((byte)StateTag.Text);
        PutVarint((ulong)bytes);
        Strict.GetBytes(value, Reserve(bytes));
        _length += bytes;
    }

    /// <summary>Writes bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        Put((byte)StateTag.Bytes);
        PutVarint((ulong)value.Length);
        value.CopyTo(Reserve(value.Length));
        _length += value.Length;
    }

    /// <summary>Begins a list: <paramref name="count"/> values follow.</summary>
    public void BeginList(int count)
    {
        Put((byte)StateTag.List);
        PutVarint((ulong)count);
    }

    /// <summary>Begins a map: <paramref name="count"/> times a key and a value follow.</summary>
    public void BeginMap(int count)
    {
        Put((byte)StateTag.Map);
        PutVarint((ulong)count);
    }

    /// <summary>Begins the members of an object: <paramref name="count"/> times <see cref="WriteName"/> and a value follow.</summary>
    public void BeginMembers(int version, int count)
    {
        Put((byte)StateTag.Members);
        PutVarint((ulong)version);
        PutVarint((ulong)count);
    }

    /// <summary>Writes the name of the member whose value follows.</summary>
    public void WriteName(string name) => PutVarint((ulong)IndexOf(name));

    /// <summary>Writes a reference; the object itself follows later, once.</summary>
    public void WriteReference<T>(T? value, ReferenceCodec<T> codec)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(codec);
        if (value is null)
        {
            WriteNull();
            return;
        }

        if (!_numbers.TryGetValue(value, out int number))
        {
            number = _numbers.Count + 1;
            _numbers.Add(value, number);
            _pending.Enqueue((value, codec));
        }

        Put((byte)StateTag.Reference);
        PutVarint((ulong)number);
    }

    /// <summary>The object has members that track changes, which travel only for the object that is saved.</summary>
    public void MustBeRoot(object value)
    {
        if (_numbers.GetValueOrDefault(value) != 1)
        {
            throw Refuse($"a {value.GetType().Name} has members that track their changes, so it can't be part of another state");
        }
    }

    /// <summary>What is in the state can't be carried; one line for the user.</summary>
    public InvalidDataException Refuse(string what) => new($"state '{_state}': {what}");

    internal void WriteDescription(string description) => WriteName(description);

    /// <summary>Writes the objects that were referred to and returns the image. The writer is used up.</summary>
    internal ReadOnlyMemory<byte> ToImage()
    {
        int rootEnd = _length;
        while (_pending.TryDequeue(out (object Value, IObjectCodec Codec) next))
        {
            next.Codec.WriteObject(this, next.Value);
        }

        byte[] body = _buffer;
        int bodyEnd = _length;
        _buffer = new byte[Math.Min(_maxBytes + MaxScalar, bodyEnd + 64L + (_names.Count * 32L))];
        _length = 0;
        PutVarint((ulong)_names.Count);
        foreach (string name in _names)
        {
            PutVarint((ulong)Encoding.UTF8.GetByteCount(name));
            int size = Encoding.UTF8.GetBytes(name, Reserve(Encoding.UTF8.GetMaxByteCount(name.Length)));
            _length += size;
        }

        PutAll(body.AsSpan(0, rootEnd));
        PutVarint((ulong)_numbers.Count);
        PutAll(body.AsSpan(rootEnd, bodyEnd - rootEnd));
        return _buffer.AsMemory(0, _length);
    }

    private int IndexOf(string name)
    {
        if (!_nameIndexes.TryGetValue(name, out int index))
        {
            index = _names.Count;
            _names.Add(name);
            _nameIndexes.Add(name, index);
        }

        return index;
    }

    private void WriteRawText(string value)
    {
        Put((byte)StateTag.RawText);
        PutVarint((ulong)value.Length * 2);
        Span<byte> to = Reserve(value.Length * 2);
        for (int i = 0; i < value.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(to[(2 * i)..], value[i]);
        }

        _length += value.Length * 2;
    }

    private void PutAll(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    private void Put(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    private void PutVarint(ulong value)
    {
        Span<byte> to = Reserve(MaxScalar);
        int at = 0;
        while (value >= 0x80)
        {
            to[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[at++] = (byte)value;
        _length += at;
    }

    private Span<byte> Reserve(int size)
    {
        if (_buffer.Length - _length < size)
        {
            Grow(size);
        }

        return _buffer.AsSpan(_length);
    }

    private void Grow(int size)
    {
        long needed = (long)_length + size;
        if (needed > _maxBytes + MaxScalar)
        {
            throw Refuse($"is over its bound of {_maxBytes} bytes; raise [CarriedState(MaxBytes = …)] or carry less");
        }

        Array.Resize(ref _buffer, (int)Math.Min(Math.Max(needed, 2L * _buffer.Length), Math.Min(Array.MaxLength, _maxBytes + MaxScalar)));
    }
}
