using Shouldly;
using Xunit;
using Yadokari.Engine.Filling;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Restore;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Tests.Filling;

/// <summary>Which orders a process gets, in pages: memory begins at page 100 000, the file at page 10.</summary>
public sealed class FillLedgerTests
{
    private const ulong Page = 4096;
    private const ulong Memory = 100_000;
    private const ulong Place = 10;

    private readonly List<string> _orders = [];
    private readonly FillLedger _ledger;

    public FillLedgerTests() => _ledger = new FillLedger(order =>
    {
        if (order.Kind is not (FillOrderKind.SmallPages or FillOrderKind.Advise))
        {
            _orders.Add($"{order.Kind} {(long)(order.A / Page) - (long)Memory} {order.B / Page}{(order.Kind == FillOrderKind.Read ? $" from {order.C / Page}" : "")}");
        }
    });

    [Fact]
    public void What_was_written_is_read_and_once_more_when_it_was_written_again()
    {
        Add([0, 20], [0, 20, Place]);
        Orders().ShouldBe(["Map 0 20"]);
        Written(Place + 2, 3);
        Written(Place + 4, 4);
        _ledger.Load();
        Orders().ShouldBe(["Read 2 3 from 12", "Read 5 3 from 15"]);
        _ledger.Load();
        Orders().ShouldBeEmpty();
        Written(Place + 3, 1);
        Finish([Mapping(0, 20)], [Segment(0, 20, Place)]);
        Orders().ShouldBe(["Read 3 1 from 13"]);
    }

    [Fact]
    public void What_the_image_has_elsewhere_in_the_file_is_read_from_there()
    {
        Add([0, 20], [0, 20, Place]);
        Written(Place, 20);
        _ledger.Load();
        Orders();
        Finish([Mapping(0, 20)], [Segment(0, 8, Place), Segment(8, 4, 200), Segment(12, 8, Place + 12)]);
        Orders().ShouldBe(["Read 8 4 from 200"]);
    }

    [Fact]
    public void What_the_image_has_no_more_is_dropped_also_when_it_was_written_over()
    {
        Add([0, 20], [0, 20, Place]);
        Written(Place, 20);
        _ledger.Load();
        Orders();
        Written(Place + 9, 1);
        Finish([Mapping(0, 20)], [Segment(0, 8, Place), Segment(12, 8, Place + 12)]);
        Orders().ShouldBe(["Drop 8 4"]);
    }

    [Fact]
    public void Mappings_become_those_of_the_image()
    {
        Add([0, 20, 30, 40], [0, 20, Place, 30, 10, Place + 20]);
        Orders().ShouldBe(["Map 0 20", "Map 30 10"]);
        Finish([Mapping(0, 5), Mapping(8, 16, VmaFlags.NoReserve), Mapping(16, 18), Mapping(35, 50), Mapping(60, 70)], [Segment(45, 5, 300)])
            .ShouldBe([Memory * Page, (Memory + 16) * Page, (Memory + 35) * Page], ignoreOrder: true);
        Orders().ShouldBe(["Unmap 5 11", "Unmap 18 2", "Unmap 30 5", "Map 40 10", "Read 45 5 from 300"]);
    }

    [Fact]
    public void A_later_layout_adds_what_is_new()
    {
        Add([0, 20], [0, 10, Place]);
        Add([0, 25, 25, 30], [0, 10, Place, 12, 4, Place + 10, 13, 2, Place + 14, 40, 5, Place + 30]);
        Orders().ShouldBe(["Map 0 20", "Map 20 5", "Map 25 5"]);
        Written(Place, 40);
        _ledger.Load();
        Orders().ShouldBe(["Read 0 10 from 10", "Read 12 4 from 20"]);
    }

    [Fact]
    public void Full_memory_is_made_of_huge_pages_before_anything_is_read()
    {
        ulong first = 512 - (Memory % 512);
        Add([0, 2000], [first - 3, 700, Place]);
        Orders().ShouldBe(["Map 0 2000", $"Touch {first} 0"]);
    }

    private void Add(ulong[] mappings, ulong[] extents) => _ledger.Add(new FillLayout
    {
        Pid = 7,
        HighestDescriptor = 2,
        RegionBase = 1UL << 40,
        RegionLength = 1 << 20,
        VdsoSum = 0,
        Mappings = [.. mappings.Chunk(2).SelectMany(pair => (IEnumerable<ulong>)[(Memory + pair[0]) * Page, (Memory + pair[1]) * Page, (ulong)FillMappingFlags.Huge])],
        Extents = [.. extents.Chunk(3).SelectMany(part => (IEnumerable<ulong>)[(Memory + part[0]) * Page, part[1], part[2] * Page])],
    });

    private void Written(ulong page, int count) => _ledger.Written((long)(page * Page), count * (int)Page);

    private IReadOnlySet<ulong> Finish(MappingImage[] mappings, MemorySegment[] segments) => _ledger.Finish(new MemoryImage
    {
        Layout = [],
        AuxiliaryVector = [],
        Mappings = mappings,
        Segments = segments,
        SharedObjects = [],
    });

    private static MappingImage Mapping(ulong start, ulong end, VmaFlags flags = 0) => new()
    {
        Start = (Memory + start) * Page,
        End = (Memory + end) * Page,
        Protection = VmaProtection.Read,
        Kind = MappingKind.Private,
        Flags = flags,
        Name = "",
    };

    private static MemorySegment Segment(ulong page, int pages, ulong place) => new((Memory + page) * Page, pages * (int)Page, (long)(place * Page), 0);

    private List<string> Orders()
    {
        List<string> given = [.. _orders];
        _orders.Clear();
        return given;
    }
}
