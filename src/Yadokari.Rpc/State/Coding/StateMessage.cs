namespace Yadokari.Rpc.State.Coding;

/// <summary>
/// What is saved, as one message (integers little-endian):
/// <code>
/// "YDKS"  format u8  kind u8
/// sections: kind u8, name length u16, name, length u32, image
/// end:      0 u8, CRC-32C u32 of all before it
/// </code>
/// </summary>
internal static class StateMessage
{
    public const byte Format = 1;

    /// <summary>Format, kind of message, and "YDKS" before them.</summary>
    public const int HeaderLength = 6;

    /// <summary>The end mark and the checksum.</summary>
    public const int EndLength = 5;

    public static ReadOnlySpan<byte> Magic => "YDKS"u8;
}
