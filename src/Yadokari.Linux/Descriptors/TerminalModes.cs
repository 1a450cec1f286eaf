using System.Buffers.Binary;

namespace Yadokari.Linux.Descriptors;

/// <summary>Settings of a terminal made from others: the kernel's struct termios (termios(3)).</summary>
public static class TerminalModes
{
    private const int InputFlags = 0;
    private const int OutputFlags = 4;
    private const int ControlFlags = 8;
    private const int LocalFlags = 12;
    private const int Characters = 17;
    private const int CharacterCount = 19;
    private const int TimeCharacter = 5; // VTIME
    private const int MinimumCharacter = 6; // VMIN
    private const int EndCharacter = 4; // VEOF
    private const uint Canonical = 2; // ICANON
    private const uint Echo = 8; // ECHO
    private const uint EightBits = 0x30; // CS8
    private const uint SizeMask = 0x30; // CSIZE
    private const uint Parity = 0x100; // PARENB
    private const uint InputWork = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400; // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
    private const uint LineWork = 0x1 | 0x2 | 0x8 | 0x40 | 0x8000; // ISIG ICANON ECHO ECHONL IEXTEN

    /// <summary>It gathers lines (ICANON).</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> settings) => (BinaryPrimitives.ReadUInt32LittleEndian(settings[LocalFlags..]) & Canonical) != 0;

    /// <summary>Every byte passes as it is, both ways, and nothing is echoed (cfmakeraw(3)).</summary>
    public static byte[] Raw(ReadOnlySpan<byte> settings)
    {
        byte[] raw = settings.ToArray();
        Change(raw, InputFlags, InputWork, 0);
        Change(raw, OutputFlags, 1, 0);
        Change(raw, LocalFlags, LineWork, 0);
        Change(raw, ControlFlags, SizeMask | Parity, EightBits);
        raw[Characters + MinimumCharacter] = 1;
        raw[Characters + TimeCharacter] = 0;
        return raw;
    }

    /// <summary>What waits in its line can be read: as <paramref name="settings"/>, but it gathers no lines, and a read returns
    /// at once.</summary>
    public static byte[] Open(ReadOnlySpan<byte> settings)
    {
        byte[] open = settings.ToArray();
        Change(open, LocalFlags, Canonical, 0);
        open[Characters + MinimumCharacter] = 0;
        open[Characters + TimeCharacter] = 0;
        return open;
    }

    /// <summary>What is written to its other side is put in line by line as it is, and comes back once, as it is; no character but
    /// the end of a line and <paramref name="end"/> has a meaning.</summary>
    public static byte[] Refill(ReadOnlySpan<byte> settings, byte end)
    {
        byte[] refill = settings.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(refill.AsSpan(InputFlags), 0);
        Change(refill, OutputFlags, 1, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(refill.AsSpan(LocalFlags), Canonical | Echo);
        refill.AsSpan(Characters, CharacterCount).Clear();
        refill[Characters + EndCharacter] = end;
        return refill;
    }

    private static void Change(byte[] settings, int at, uint clear, uint set) => BinaryPrimitives.WriteUInt32LittleEndian(
        settings.AsSpan(at), (BinaryPrimitives.ReadUInt32LittleEndian(settings.AsSpan(at)) & ~clear) | set);
}
