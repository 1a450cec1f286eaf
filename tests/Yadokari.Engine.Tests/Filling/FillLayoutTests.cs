using Shouldly;
using Xunit;
using Yadokari.Engine.Filling;

namespace Yadokari.Engine.Tests.Filling;

/// <summary>What another host says of a job's memory is taken within bounds only.</summary>
public sealed class FillLayoutTests
{
    private const long MostBytes = 1 << 20;
    private const ulong Region = 1UL << 40;

    private static readonly FillLayout Good = new()
    {
        Pid = 7,
        HighestDescriptor = 2,
        RegionBase = Region,
        RegionLength = 1 << 20,
        VdsoSum = 5,
        Mappings = [4096, 8192, 0, 8192, 40960, 2],
        Extents = [4096, 1, 4096, 8192, 8, 8192],
    };

    [Fact]
    public void What_was_told_is_what_is_read()
    {
        FillLayout read = FillLayout.Read(Good.ToBytes(), MostBytes);
        read.Mappings.ShouldBe(Good.Mappings);
        read.Extents.ShouldBe(Good.Extents);
        (read with { Mappings = Good.Mappings, Extents = Good.Extents }).ShouldBe(Good);
    }

    [Fact]
    public void What_can_not_be_is_refused()
    {
        foreach (FillLayout bad in (FillLayout[])
        [
            Good with { Pid = 1 },
            Good with { HighestDescriptor = 1 << 20 },
            Good with { RegionBase = 0 },
            Good with { RegionBase = Region + 1 },
            Good with { RegionBase = ulong.MaxValue - 4095 },
            Good with { RegionLength = 0 },
            Good with { Mappings = [4096, 8192] },
            Good with { Mappings = [4096, 4096, 0] },
            Good with { Mappings = [4096, 8193, 0] },
            Good with { Mappings = [8192, 40960, 0, 4096, 8192, 0] },
            Good with { Mappings = [4096, 1UL << 60, 0] },
            Good with { Mappings = [Region, Region + 4096, 0] },
            Good with { Mappings = [Region - 4096, Region + 4096, 0] },
            Good with { Extents = [4096, 0, 4096] },
            Good with { Extents = [4096, ulong.MaxValue, 4096] },
            Good with { Extents = [4096, 1, MostBytes] },
            Good with { Extents = [4096, 1, ulong.MaxValue - 4095] },
            Good with { Extents = [4096, 200, 4096, 8192, 200, 8192] },
        ])
        {
            Should.Throw<InvalidDataException>(() => FillLayout.Read(bad.ToBytes(), MostBytes), bad.ToString());
        }

        Should.Throw<InvalidDataException>(() => FillLayout.Read("{}"u8, MostBytes));
        Should.Throw<InvalidDataException>(() => FillLayout.Read("null"u8, MostBytes));
    }
}
