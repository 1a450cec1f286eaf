using Shouldly;
using Xunit;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

namespace Yadokari.Rpc.Moves;

/// <summary>A service comes back to a host where an instance still tells where it went, on the same port.</summary>
public sealed class ReturnTests
{
    [Fact]
    public async Task Whoever_told_of_the_old_place_is_gone_before_the_clients_are_sent_back()
    {
        await using LabOfThree lab = await LabOfThree.StartAsync(cluster: false, port: 8080, "MOVED_LINGER_SECONDS=600", "END_MILLISECONDS=2000");
        ServicePlace first = await lab.PlaceAsync();
        await lab.MoveAsync();
        TwoHosts.InstancePids(lab.A).Count.ShouldBe(1, "it lingers, and tells of the new place");

        string stopper = lab.StopAt("ahead");
        Task<MoveReport> back = lab.MoveAsync();
        await TestHost.ReachedAsync(stopper, back);
        TwoHosts.InstancePids(lab.A).Count.ShouldBe(1, "the former instance has ended before calls are held, and takes nothing from the new one");
        File.Delete(stopper);
        (await back).Job.Epoch.ShouldBe(3);

        (await lab.PlaceAsync()).Address.ShouldBe(first.Address, "the port is the service's own");
        await lab.FlowsAsync("the way back");
        await lab.NothingIsLostAndNothingRanTwiceAsync();
    }
}
