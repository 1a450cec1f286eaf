using System.Text.Json;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux;

namespace Yadokari.Engine.Filling;

/// <summary>What a host is told of a job that is on its way there and still runs elsewhere, so that it can make its process and fill it:
/// what is known before its first memory comes, and again when there is more. It may be another one by the time that the job stops.</summary>
public sealed record FillLayout
{
    /// <summary>Words of <see cref="Mappings"/> and <see cref="Extents"/> for each.</summary>
    public const int Words = 3;

    /// <summary>Bytes that it may have; a job with more mappings is not filled.</summary>
    public const int MaxLength = 1 << 20;

    private const int HighestDescriptorOfAll = 1 << 20;
    private const int MaxPid = 1 << 22;

    /// <summary>The process's number, as itself sees it.</summary>
    public required int Pid { get; init; }

    public required int HighestDescriptor { get; init; }

    /// <summary>Where the region of its context file will be, if nothing comes in its way.</summary>
    public required ulong RegionBase { get; init; }

    public required ulong RegionLength { get; init; }

    /// <summary>Checksum of its vdso; that of another kernel can't be brought back by one that has been made already.</summary>
    public required uint VdsoSum { get; init; }

    /// <summary>Start, end and <see cref="FillMappingFlags"/> of each mapping of private memory with something in it, by ascending address.</summary>
    public required IReadOnlyList<ulong> Mappings { get; init; }

    /// <summary>Start, pages, and place in the context file of each range that has one there.</summary>
    public required IReadOnlyList<ulong> Extents { get; init; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, FillJson.Default.FillLayout);

    /// <summary>Reads what another host says, within bounds.</summary>
    /// <param name="mostBytes">Bytes that the context file may have.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static FillLayout Read(ReadOnlySpan<byte> bytes, long mostBytes)
    {
        FillLayout layout;
        try
        {
            layout = JsonSerializer.Deserialize(bytes, FillJson.Default.FillLayout) ?? throw new InvalidDataException("an empty layout of memory");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException("a layout of memory that can't be understood", failure);
        }

        layout.Check((ulong)mostBytes);
        return layout;
    }

    private void Check(ulong mostBytes)
    {
        Require(Pid is > 1 and <= MaxPid && HighestDescriptor is >= -1 and < HighestDescriptorOfAll);
        Require(IsPages(RegionBase) && IsPages(RegionLength) && RegionLength is > 0 and <= FreeAddresses.LongestPlan * 2);
        Require(RegionBase > 0 && RegionBase < AddressSpace.End && RegionBase + (RegionLength * 2) < AddressSpace.End);
        Require(Mappings.Count % Words == 0 && Extents.Count % Words == 0);
        ulong end = 0;
        for (int i = 0; i < Mappings.Count; i += Words)
        {
            Require(IsPages(Mappings[i]) && IsPages(Mappings[i + 1]) && Mappings[i] >= end && Mappings[i + 1] > Mappings[i]);
            end = Mappings[i + 1];
            Require(end <= AddressSpace.End && (end <= RegionBase || Mappings[i] >= RegionBase + (RegionLength * 2)));
        }

        ulong whole = mostBytes / RemoteAddress.PageSize;
        ulong room = whole;
        for (int i = 0; i < Extents.Count; i += Words)
        {
            (ulong start, ulong pages, ulong place) = (Extents[i], Extents[i + 1], Extents[i + 2]);
            Require(IsPages(start) && IsPages(place) && pages > 0 && pages <= room && place / RemoteAddress.PageSize <= whole - pages);
            Require(start < AddressSpace.End && start + (pages * RemoteAddress.PageSize) <= AddressSpace.End);
            room -= pages;
        }
    }

    private static bool IsPages(ulong value) => value % RemoteAddress.PageSize == 0;

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("a layout of memory that can't be");
        }
    }
}
