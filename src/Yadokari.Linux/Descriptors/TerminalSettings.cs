using System.Buffers.Binary;

namespace Yadokari.Linux.Descriptors;

/// <summary>Settings of a terminal, and others made from them: the kernel's struct termios (termios(3)), which is four 32-bit words of
/// flags (input, output, control, local), the line discipline, 19 characters.</summary>
/// <param name="bytes"><see cref="Terminal.SettingsLength"/> of them, which stay as they are.</param>
public readonly struct TerminalSettings(byte[] bytes)
{
    public const byte NewLine = (byte)'\n';

    private const int InputFlags = 0;
    private const int OutputFlags = 4;
    private const int ControlFlags = 8;
    private const int LocalFlags = 12;
    private const int Discipline = 16;
    private const int Characters = 17;
    private const int EndOfFileCharacter = 4; // VEOF
    private const int TimeCharacter = 5; // VTIME
    private const int SmallestRead = 6; // VMIN
    private const int EndOfLineCharacter = 11; // VEOL
    private const int SecondEndOfLine = 16; // VEOL2

    private const uint Canonical = 2; // ICANON
    private const uint Echo = 8;
    private const uint Extended = 0x8000; // IEXTEN
    private const uint External = 0x10000; // EXTPROC
    private const uint PostProcess = 1; // OPOST
    private const uint NoReturnAtStart = 0x10; // ONOCR
    private const uint ExpandTabs = 0x1800; // TAB3
    private const uint EightBits = 0x30; // CS8
    private const uint SizeMask = 0x30; // CSIZE
    private const uint Parity = 0x100; // PARENB
    private const uint InputWork = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400; // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
    private const uint LineWork = 0x1 | 0x2 | 0x8 | 0x40 | 0x8000; // ISIG ICANON ECHO ECHONL IEXTEN

    /// <summary>Lines are edited, and read when they are ended.</summary>
    public bool IsCanonical => (Flags(LocalFlags) & Canonical) != 0;

    /// <summary>Its lines are edited elsewhere.</summary>
    public bool IsExternal => (Flags(LocalFlags) & External) != 0;

    /// <summary>It is an ordinary terminal (N_TTY).</summary>
    public bool IsOrdinary => bytes[Discipline] == 0;

    /// <summary>What is written depends on the column, which the kernel tells nobody but by what it writes.</summary>
    public bool CountsColumns => (Flags(OutputFlags) & PostProcess) != 0
        && ((Flags(OutputFlags) & NoReturnAtStart) != 0 || (Flags(OutputFlags) & ExpandTabs) == ExpandTabs);

    /// <summary>The character that ends a file; 0: none.</summary>
    public byte EndOfFile => bytes[Characters + EndOfFileCharacter];

    /// <summary>Characters that end a line, besides the new line; 0: none.</summary>
    public (byte First, byte Second) EndsOfLine =>
        (bytes[Characters + EndOfLineCharacter], (Flags(LocalFlags) & Extended) != 0 ? bytes[Characters + SecondEndOfLine] : (byte)0);

    /// <summary>Every byte passes as it is, both ways, and nothing is echoed (cfmakeraw(3)).</summary>
    public byte[] Raw()
    {
        byte[] raw = [.. bytes];
        Set(raw, InputFlags, Flags(InputFlags) & ~InputWork);
        Set(raw, OutputFlags, Flags(OutputFlags) & ~PostProcess);
        Set(raw, LocalFlags, Flags(LocalFlags) & ~LineWork);
        Set(raw, ControlFlags, (Flags(ControlFlags) & ~(SizeMask | Parity)) | EightBits);
        raw[Characters + SmallestRead] = 1;
        raw[Characters + TimeCharacter] = 0;
        return raw;
    }

    /// <summary>As it is, but keys come one by one, and are not echoed.</summary>
    public byte[] ForKeys()
    {
        byte[] keys = [.. bytes];
        Set(keys, LocalFlags, Flags(LocalFlags) & ~(Canonical | Echo));
        keys[Characters + SmallestRead] = 1;
        keys[Characters + TimeCharacter] = 0;
        return keys;
    }

    /// <summary>What waits in its line can be read: as it is, but it gathers no lines, and a read returns at once.</summary>
    public byte[] ForReadingLines()
    {
        byte[] open = [.. bytes];
        Set(open, LocalFlags, Flags(LocalFlags) & ~Canonical);
        open[Characters + SmallestRead] = 0;
        open[Characters + TimeCharacter] = 0;
        return open;
    }

    /// <summary>What is written to its other side is put in line by line as it is, and comes back once, as it is; no character but
    /// the end of a line and <paramref name="end"/> has a meaning.</summary>
    public byte[] ForFillingLines(byte end)
    {
        byte[] lines = [.. bytes];
        Set(lines, InputFlags, 0);
        Set(lines, OutputFlags, Flags(OutputFlags) & ~PostProcess);
        Set(lines, LocalFlags, Canonical | Echo);
        lines.AsSpan(Characters).Clear();
        lines[Characters + EndOfFileCharacter] = end;
        return lines;
    }

    /// <summary>Under which everything that waits can be read, and nothing changes it.</summary>
    public byte[] ForDraining()
    {
        byte[] raw = Bare();
        raw[Characters + SmallestRead] = 0;
        return raw;
    }

    /// <summary>Under which each tab is written as blanks up to the next eighth column, and all else as it is.</summary>
    public byte[] ForCounting()
    {
        byte[] settings = ForDraining();
        Set(settings, OutputFlags, PostProcess | ExpandTabs);
        return settings;
    }

    /// <summary>Under which what is written to the master is kept as it is, and told by its echo.</summary>
    /// <param name="endOfFile">What ends a line without a trace.</param>
    public byte[] ForFilling(byte endOfFile)
    {
        byte[] settings = Bare();
        Set(settings, LocalFlags, Echo | (Flags(LocalFlags) & (Canonical | Extended)));
        settings[Characters + EndOfFileCharacter] = endOfFile;
        (settings[Characters + EndOfLineCharacter], settings[Characters + SecondEndOfLine]) = EndsOfLine;
        return settings;
    }

    private byte[] Bare()
    {
        byte[] settings = [.. bytes];
        Set(settings, InputFlags, 0);
        Set(settings, OutputFlags, 0);
        Set(settings, LocalFlags, 0);
        settings.AsSpan(Characters).Clear();
        return settings;
    }

    private uint Flags(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));

    private static void Set(byte[] settings, int offset, uint flags) => BinaryPrimitives.WriteUInt32LittleEndian(settings.AsSpan(offset), flags);
}
