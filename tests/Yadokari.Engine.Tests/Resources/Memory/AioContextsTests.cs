using Shouldly;
using Xunit;
using Yadokari.Engine.Resources.Memory;

namespace Yadokari.Engine.Tests.Resources.Memory;

public class AioContextsTests
{
    /// <summary>As ioctx_alloc and aio_setup_ring (fs/aio.c) reckon: twice as many events and two more, in whole pages.</summary>
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    [InlineData(17UL)]
    [InlineData(1025UL)]
    public void The_fewest_requests_make_a_ring_of_that_length(ulong pages)
    {
        ulong requests = AioContexts.RequestsFor(pages * 4096);

        Pages(requests).ShouldBe(pages);
        (requests == 1 || Pages(requests - 1) < pages).ShouldBeTrue();
    }

    [Fact]
    public void A_host_tells_how_short_a_ring_it_makes()
    {
        AioContexts.LeastLength().ShouldBeGreaterThanOrEqualTo(4096UL);
        (AioContexts.LeastLength() % 4096).ShouldBe(0UL);
    }

    private static ulong Pages(ulong requests) => (32 + (((requests * 2) + 2) * 32) + 4095) / 4096;
}
