using System.Buffers.Binary;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Context;

/// <summary>
/// The first page of a context file: an ELF64 header for the kernel, and behind it where everything lies.
/// <code>
/// 0      ELF header, three program headers (the control segment, this page, a stack that is not executable)
/// 0x100  "YADOKARI", format, lengths and offsets, checksums
/// 0x168  entry: looks at the file's length (<see cref="LengthGuard"/>), goes on in the control segment
/// 0x1000 pages of memory
/// …      control segment: stub, plan, data (mapped and executed)
/// …      manifest: the image as JSON
/// </code>
/// </summary>
public sealed record ContextHeader
{
    /// <summary>Bytes of the header page.</summary>
    public const int Length = RemoteAddress.PageSize;

    private const int OwnOffset = 0x100;
    private const int OwnLength = 96;
    private const ushort ElfExecutable = 2;
    private const ushort MachineX86 = 62;
    private const int ProgramHeaderLength = 56;
    private const int ElfHeaderLength = 64;
    private static ReadOnlySpan<byte> Magic => "YADOKARI"u8;

    public required int Format { get; init; }

    public required long ControlOffset { get; init; }

    public required long ControlLength { get; init; }

    /// <summary>Where the kernel maps the control segment; this page comes behind it.</summary>
    public required ulong ControlAddress { get; init; }

    public required long ManifestOffset { get; init; }

    public required long ManifestLength { get; init; }

    public required uint ManifestChecksum { get; init; }

    public required uint ControlChecksum { get; init; }

    /// <summary>Bytes of the whole file.</summary>
    public required long FileLength { get; init; }

    /// <summary>The page, ready to be written last.</summary>
    public byte[] ToBytes()
    {
        byte[] page = new byte[Length];
        Span<byte> elf = page;
        "\u007fELF"u8.CopyTo(elf);
        elf[4] = 2; // 64 bits
        elf[5] = 1; // little endian
        elf[6] = 1; // version
        BinaryPrimitives.WriteUInt16LittleEndian(elf[16..], ElfExecutable);
        BinaryPrimitives.WriteUInt16LittleEndian(elf[18..], MachineX86);
        BinaryPrimitives.WriteInt32LittleEndian(elf[20..], 1);
        ulong ownAddress = ControlAddress + (ulong)ControlLength;
        BinaryPrimitives.WriteUInt64LittleEndian(elf[24..], ownAddress + LengthGuard.Offset);
        BinaryPrimitives.WriteUInt64LittleEndian(elf[32..], ElfHeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(elf[52..], ElfHeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(elf[54..], ProgramHeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(elf[56..], 3);
        WriteSegment(elf[ElfHeaderLength..], ControlOffset, ControlAddress, ControlLength);
        WriteSegment(elf[(ElfHeaderLength + ProgramHeaderLength)..], 0, ownAddress, Length);

        Span<byte> stack = elf[(ElfHeaderLength + (2 * ProgramHeaderLength))..];
        BinaryPrimitives.WriteInt32LittleEndian(stack, 0x6474e551); // PT_GNU_STACK
        BinaryPrimitives.WriteInt32LittleEndian(stack[4..], 6);
        BinaryPrimitives.WriteInt64LittleEndian(stack[48..], 16);

        Span<byte> own = elf.Slice(OwnOffset, OwnLength);
        Magic.CopyTo(own);
        BinaryPrimitives.WriteInt32LittleEndian(own[8..], Format);
        BinaryPrimitives.WriteUInt32LittleEndian(own[12..], ManifestChecksum);
        BinaryPrimitives.WriteInt64LittleEndian(own[16..], ControlOffset);
        BinaryPrimitives.WriteInt64LittleEndian(own[24..], ControlLength);
        BinaryPrimitives.WriteUInt64LittleEndian(own[32..], ControlAddress);
        BinaryPrimitives.WriteInt64LittleEndian(own[40..], ManifestOffset);
        BinaryPrimitives.WriteInt64LittleEndian(own[48..], ManifestLength);
        BinaryPrimitives.WriteInt64LittleEndian(own[56..], FileLength);
        BinaryPrimitives.WriteUInt32LittleEndian(own[64..], ControlChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(OwnOffset + OwnLength), Checksum.Compute(page.AsSpan(0, OwnOffset + OwnLength)));
        LengthGuard.Code.CopyTo(elf[LengthGuard.Offset..]);
        return page;
    }

    /// <summary>Whether a file that begins so is a context file, sound or not.</summary>
    public static bool IsOne(ReadOnlySpan<byte> page) =>
        page.Length >= Length && page.Slice(OwnOffset, Magic.Length).SequenceEqual(Magic) && page[..4].SequenceEqual("\u007fELF"u8);

    /// <summary>Reads and checks a header page.</summary>
    /// <param name="page">The first bytes of the file; fewer than a page when the file is shorter.</param>
    /// <param name="fileLength">Bytes the file has.</param>
    /// <exception cref="EngineException">BadContextFile, with the reason.</exception>
    public static ContextHeader Parse(ReadOnlySpan<byte> page, long fileLength)
    {
        if (page.Length == 0)
        {
            throw Bad("it is empty");
        }

        if (!IsOne(page))
        {
            throw Bad("it is not a context file");
        }

        ReadOnlySpan<byte> own = page.Slice(OwnOffset, OwnLength);
        int format = BinaryPrimitives.ReadInt32LittleEndian(own[8..]);
        if (format > Image.TreeImage.CurrentFormat)
        {
            throw Bad($"its format {format} is newer than this version reads ({Image.TreeImage.CurrentFormat}): use a newer yado");
        }

        if (format < 1 || BinaryPrimitives.ReadUInt32LittleEndian(page[(OwnOffset + OwnLength)..]) != Checksum.Compute(page[..(OwnOffset + OwnLength)]))
        {
            throw Bad("its header is damaged");
        }

        if (format < Image.TreeImage.OldestFormat)
        {
            throw Bad($"its format {format} is older than this version reads ({Image.TreeImage.CurrentFormat}): execute the file itself, or use the yado that wrote it");
        }

        ContextHeader header = new()
        {
            Format = format,
            ManifestChecksum = BinaryPrimitives.ReadUInt32LittleEndian(own[12..]),
            ControlOffset = BinaryPrimitives.ReadInt64LittleEndian(own[16..]),
            ControlLength = BinaryPrimitives.ReadInt64LittleEndian(own[24..]),
            ControlAddress = BinaryPrimitives.ReadUInt64LittleEndian(own[32..]),
            ManifestOffset = BinaryPrimitives.ReadInt64LittleEndian(own[40..]),
            ManifestLength = BinaryPrimitives.ReadInt64LittleEndian(own[48..]),
            FileLength = BinaryPrimitives.ReadInt64LittleEndian(own[56..]),
            ControlChecksum = BinaryPrimitives.ReadUInt32LittleEndian(own[64..]),
        };
        if (header.FileLength != fileLength)
        {
            throw Bad(fileLength < header.FileLength
                ? $"it is cut short: {fileLength} of {header.FileLength} bytes"
                : $"it has {fileLength - header.FileLength} bytes too many");
        }

        Within(header.ControlOffset, header.ControlLength, fileLength);
        Within(header.ManifestOffset, header.ManifestLength, fileLength);
        return header;
    }

    private static void WriteSegment(Span<byte> load, long offset, ulong address, long length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(load, 1); // PT_LOAD
        BinaryPrimitives.WriteInt32LittleEndian(load[4..], 5); // read, execute
        BinaryPrimitives.WriteInt64LittleEndian(load[8..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(load[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(load[24..], address);
        BinaryPrimitives.WriteInt64LittleEndian(load[32..], length);
        BinaryPrimitives.WriteInt64LittleEndian(load[40..], length);
        BinaryPrimitives.WriteInt64LittleEndian(load[48..], RemoteAddress.PageSize);
    }

    internal static EngineException Bad(string reason, Exception? inner = null) => new(EngineError.BadContextFile, $"{reason}", inner);

    private static void Within(long offset, long length, long fileLength)
    {
        const long MaxPart = 1L << 30; // an array can hold it
        if (offset < Length || length <= 0 || length > MaxPart || offset > fileLength - length)
        {
            throw Bad("its header is damaged");
        }
    }
}
