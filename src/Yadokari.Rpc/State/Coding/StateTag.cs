namespace Yadokari.Rpc.State.Coding;

/// <summary>
/// The byte before each value. The format describes itself, so that a member nobody knows can be skipped and a member
/// of another type is noticed. Integers after a tag are LEB128 varints, signed ones zigzag; fixed sizes little-endian.
/// </summary>
internal enum StateTag : byte
{
    Null = 0,
    False = 1,
    True = 2,

    /// <summary>Zigzag varint.</summary>
    Integer = 3,

    /// <summary>Varint, for what a signed 64-bit number can't hold.</summary>
    Unsigned = 4,

    /// <summary>4 bytes.</summary>
    Single = 5,

    /// <summary>8 bytes.</summary>
    Double = 6,

    /// <summary>Varint length in bytes, UTF-8.</summary>
    Text = 7,

    /// <summary>Varint length in bytes, UTF-16: a string that is not valid Unicode (lone surrogates).</summary>
    RawText = 8,

    /// <summary>Varint length, bytes.</summary>
    Bytes = 9,

    /// <summary>Varint number of an object, from 1.</summary>
    Reference = 10,

    /// <summary>Varint count, values.</summary>
    List = 11,

    /// <summary>Varint count, key and value of each.</summary>
    Map = 12,

    /// <summary>Varint version, varint count, then for each: varint index of the name, value.</summary>
    Members = 13,
}
