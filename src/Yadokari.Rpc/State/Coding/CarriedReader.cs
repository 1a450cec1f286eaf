using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Yadokari.Rpc.State.Coding;

/// <summary>
/// Reads one image. Objects that the program already has change only at <see cref="Commit"/>, when all of the image has
/// been understood: state that does not fit leaves nothing half restored. Not thread-safe.
/// </summary>
public sealed class CarriedReader
{
    // Objects that need all their parts to be made (records) nest on the stack of the reading thread.
    private const int MaxBuildDepth = 10_000;

    private readonly StateImage _image;
    private readonly ByteCursor _cursor;
    private readonly object?[] _objects;
    private readonly bool[] _building;
    private readonly Queue<(int Number, IObjectCodec Codec, bool Adopted)> _pending = new();
    private readonly Stack<Action> _afterFill = new();
    private readonly List<Action> _commit = [];
    private string _type = "";
    private string _member = "";
    private int _depth;

    internal CarriedReader(StateImage image, string member = "")
    {
        _image = image;
        _member = member;
        _cursor = new ByteCursor(image.Bytes, image.State) { Position = image.Root };
        _objects = new object?[image.Objects.Length];
        _building = new bool[image.Objects.Length];
    }

    /// <summary>The state does not fit; one line for the user that says where.</summary>
    public InvalidDataException Wrong(string what)
    {
        string at = (_type, _member) switch
        {
            ("", "") => "",
            ("", _) => $" member '{_member}':",
            (_, "") => $" {_type}:",
            _ => $" {_type}.{_member}:",
        };
        return new InvalidDataException($"state '{_image.State}':{at} {what}");
    }

    /// <summary>Takes a null if there is one.</summary>
    public bool TryReadNull()
    {
        if (_cursor.PeekTag() != StateTag.Null)
        {
            return false;
        }

        _cursor.Position++;
        return true;
    }

    /// <summary>Reads a truth value.</summary>
    public bool ReadBoolean() => _cursor.TakeTag() switch
    {
        StateTag.True => true,
        StateTag.False => false,
        StateTag other => throw Other(other, "a truth value"),
    };

    /// <summary>Reads a whole number between two bounds: a member may have become wider since, or narrower if the value fits.</summary>
    public long ReadInteger(long least, long most)
    {
        StateTag tag = _cursor.TakeTag();
        if (tag == StateTag.Unsigned)
        {
            throw Wrong($"{_cursor.TakeVarint()} is out of range");
        }

        if (tag != StateTag.Integer)
        {
            throw Other(tag, "a whole number");
        }

        ulong raw = _cursor.TakeVarint();
        long value = (long)(raw >> 1) ^ -(long)(raw & 1);
        return value >= least && value <= most ? value : throw Wrong($"{value} is out of range");
    }

    /// <summary>Reads a whole number of 64 bits without sign.</summary>
    public ulong ReadUnsigned()
    {
        if (_cursor.PeekTag() != StateTag.Unsigned)
        {
            return (ulong)ReadInteger(0, long.MaxValue);
        }

        _cursor.Position++;
        return _cursor.TakeVarint();
    }

    /// <summary>Reads a number of 32 bits.</summary>
    public float ReadSingle() => _cursor.TakeTag() switch
    {
        StateTag.Single => BitConverter.Int32BitsToSingle(_cursor.TakeInt32()),
        StateTag other => throw Other(other, "a number of 32 bits"),
    };

    /// <summary>Reads a number of 64 bits; a member may have been a smaller kind of number.</summary>
    public double ReadDouble()
    {
        switch (_cursor.PeekTag())
        {
            case StateTag.Double:
                _cursor.Position++;
                return BitConverter.Int64BitsToDouble(_cursor.TakeInt64());
            case StateTag.Single:
                return ReadSingle();
            case StateTag.Integer:
                return ReadInteger(-(1L << 53), 1L << 53);
            case StateTag other:
                throw Other(other, "a number");
        }
    }

    /// <summary>Reads a string or null.</summary>
    public string? ReadText()
    {
        StateTag tag = _cursor.TakeTag();
        switch (tag)
        {
            case StateTag.Null:
                return null;
            case StateTag.Text:
                return Encoding.UTF8.GetString(_cursor.Take(_cursor.TakeCount(1)));
            case StateTag.RawText:
                ReadOnlySpan<byte> raw = _cursor.Take(_cursor.TakeCount(1));
                char[] chars = new char[raw.Length / 2];
                for (int i = 0; i < chars.Length; i++)
                {
                    chars[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(raw[(2 * i)..]);
                }

                return new string(chars);
            default:
                throw Other(tag, "text");
        }
    }

    /// <summary>Reads bytes, a copy.</summary>
    public byte[] ReadBytes() => ReadBytesInPlace().ToArray();

    /// <summary>Reads exactly so many bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int length)
    {
        ReadOnlySpan<byte> bytes = ReadBytesInPlace();
        return bytes.Length == length ? bytes : throw Wrong($"has {bytes.Length} bytes instead of {length}");
    }

    /// <summary>Begins a list and returns its count, which the bytes that are left allow.</summary>
    public int BeginList() => _cursor.TakeTag() switch
    {
        StateTag.List => _cursor.TakeCount(1),
        StateTag other => throw Other(other, "a list"),
    };

    /// <summary>Begins a map and returns its count.</summary>
    public int BeginMap() => _cursor.TakeTag() switch
    {
        StateTag.Map => _cursor.TakeCount(2),
        StateTag other => throw Other(other, "a map"),
    };

    /// <summary>Begins the members of an object and returns their count.</summary>
    /// <param name="type">Of the object, for errors.</param>
    /// <param name="version">That of whoever wrote it.</param>
    public int BeginMembers(string type, out int version)
    {
        _type = type;
        _member = "";
        StateTag tag = _cursor.TakeTag();
        if (tag != StateTag.Members)
        {
            throw Other(tag, "an object with members");
        }

        ulong written = _cursor.TakeVarint();
        version = written <= int.MaxValue ? (int)written : throw Wrong($"version {written} is out of range");
        return _cursor.TakeCount(2);
    }

    /// <summary>The name of the member whose value is next.</summary>
    /// <param name="type">As given to <see cref="BeginMembers"/>: values in between may have been others.</param>
    public string ReadName(string type)
    {
        ulong index = _cursor.TakeVarint();
        if (index >= (ulong)_image.Names.Length)
        {
            throw _cursor.Damaged($"there is no name {index}");
        }

        _type = type;
        _member = _image.Names[index];
        return _member;
    }

    /// <summary>For an upgrade: where each member of the object is whose members have just begun. Does not move.</summary>
    public CarriedUpgrade ReadOld(int version, int count)
    {
        int position = _cursor.Position;
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            string name = ReadName(_type);
            positions[name] = _cursor.Position;
            _cursor.SkipValue();
        }

        _cursor.Position = position;
        return new CarriedUpgrade(this, version, positions);
    }

    /// <summary>A member that this version does not have: left out, or refused, as the class declares.</summary>
    public void SkipUnknown(UnknownMembers rule)
    {
        if (rule == UnknownMembers.Refuse)
        {
            throw Wrong("this version has no such member, and its class refuses unknown members");
        }

        _cursor.SkipValue();
    }

    /// <summary>A member that must be in the state is not.</summary>
    public InvalidDataException Missing(string type, string member)
    {
        (_type, _member) = (type, member);
        return Wrong("is required and is not in the state");
    }

    /// <summary>Goes past a value.</summary>
    public void Skip() => _cursor.SkipValue();

    /// <summary>Reads a reference. The object may be filled later.</summary>
    public T? ReadReference<T>(ReferenceCodec<T> codec)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(codec);
        if (TryReadNull())
        {
            return null;
        }

        int number = ReadObjectNumber();
        return _objects[number] is not { } known
            ? Make(codec, number)
            : known as T ?? throw Wrong($"the object is a {known.GetType().Name} elsewhere and can't be a {typeof(T).Name} here");
    }

    /// <summary>Reads a reference into an object that the program has (a read-only member), at <see cref="Commit"/>.</summary>
    public void ReadInto<T>(ReferenceCodec<T> codec, T? existing)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(codec);
        if (TryReadNull())
        {
            if (existing is not null)
            {
                throw Wrong("is null in the state and read-only here; give it a setter");
            }

            return;
        }

        int number = ReadObjectNumber();
        if (existing is null)
        {
            throw Wrong("is read-only and null here, so it can't take the state; make it in the constructor");
        }

        if (_objects[number] is { } known && !ReferenceEquals(known, existing))
        {
            throw Wrong("is read-only and shares its object with another member; give it a setter");
        }

        if (_objects[number] is null)
        {
            _objects[number] = existing;
            _pending.Enqueue((number, codec, true));
        }
    }

    /// <summary>Runs <paramref name="action"/> when all objects are filled: hashing and comparing is safe then.</summary>
    public void AfterFill(Action action) => _afterFill.Push(action);

    /// <summary>Runs <paramref name="action"/> when all of the image has been understood. It must not fail.</summary>
    public void OnCommit(Action action) => _commit.Add(action);

    /// <summary>Where the next value is, in bytes; for generated code that comes back to a value.</summary>
    public int Position
    {
        get => _cursor.Position;
        set => _cursor.Position = value;
    }

    internal string StateName => _image.State;

    /// <summary>Fills every object that was referred to.</summary>
    internal void Finish()
    {
        int position = _cursor.Position;
        while (_pending.TryDequeue(out (int Number, IObjectCodec Codec, bool Adopted) next))
        {
            _cursor.Position = _image.Objects[next.Number];
            TakeDescription();
            if (next.Adopted)
            {
                next.Codec.AdoptObject(this, _objects[next.Number]!);
            }
            else
            {
                next.Codec.FillObject(this, _objects[next.Number]!);
            }
        }

        // Last found first: what is inside a key is complete before the key is hashed.
        while (_afterFill.TryPop(out Action? action))
        {
            action();
        }

        _cursor.Position = position;
    }

    /// <summary>Changes the objects of the program.</summary>
    internal void Commit()
    {
        foreach (Action action in _commit)
        {
            action();
        }

        _commit.Clear();
    }

    private T Make<T>(ReferenceCodec<T> codec, int number)
        where T : class
    {
        if (_building[number])
        {
            throw Wrong($"a cycle of objects that are made by their constructor ({typeof(T).Name}) can't be restored");
        }

        int position = _cursor.Position;
        (string type, string member) = (_type, _member);
        _cursor.Position = _image.Objects[number];
        string description = TakeDescription();
        T made;
        if (codec.BuildsAtOnceAs(description))
        {
            if (++_depth > MaxBuildDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            {
                throw Wrong($"objects that are made by their constructor ({typeof(T).Name}) are nested too deep ({_depth}); give the link a setter");
            }

            _building[number] = true;
            made = codec.Begin(this, description);
            _building[number] = false;
            _depth--;
        }
        else
        {
            made = codec.Begin(this, description);
            _pending.Enqueue((number, codec, false));
        }

        _objects[number] = made;
        _cursor.Position = position;
        (_type, _member) = (type, member);
        return made;
    }

    private int ReadObjectNumber()
    {
        StateTag tag = _cursor.TakeTag();
        if (tag != StateTag.Reference)
        {
            throw Other(tag, "an object");
        }

        ulong number = _cursor.TakeVarint();
        return number >= 1 && number <= (ulong)_objects.Length
            ? (int)number - 1
            : throw _cursor.Damaged($"there is no object {number}");
    }

    private string TakeDescription()
    {
        ulong index = _cursor.TakeVarint();
        return index < (ulong)_image.Names.Length ? _image.Names[index] : throw _cursor.Damaged($"there is no name {index}");
    }

    private ReadOnlySpan<byte> ReadBytesInPlace() => _cursor.TakeTag() switch
    {
        StateTag.Bytes => _cursor.Take(_cursor.TakeCount(1)),
        StateTag other => throw Other(other, "bytes"),
    };

    private InvalidDataException Other(StateTag found, string wanted) => Wrong($"is {Named(found)}, and this version expects {wanted}");

    private static string Named(StateTag tag) => tag switch
    {
        StateTag.Null => "null",
        StateTag.False or StateTag.True => "a truth value",
        StateTag.Integer or StateTag.Unsigned => "a whole number",
        StateTag.Single or StateTag.Double => "a number",
        StateTag.Text or StateTag.RawText => "text",
        StateTag.Bytes => "bytes",
        StateTag.Reference => "an object",
        StateTag.List => "a list",
        StateTag.Map => "a map",
        StateTag.Members => "an object with members",
        _ => "damaged",
    };
}
