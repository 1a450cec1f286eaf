using Shouldly;
using Xunit;
using Yadokari.Daemon.Api;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Tests.Api;

public sealed class BoundsTests
{
    private static readonly StartJob Good = new() { Arguments = ["true"], Environment = ["A=b"], WorkingDirectory = "/" };

    public static TheoryData<string, StartJob> BadStarts => new()
    {
        { "no program", Good with { Arguments = [] } },
        { "empty program", Good with { Arguments = [""] } },
        { "zero byte", Good with { Arguments = ["a\0b"] } },
        { "too many arguments", Good with { Arguments = [.. Enumerable.Repeat("a", Limits.MaxArguments + 1)] } },
        { "too long an argument", Good with { Arguments = ["a", new string('a', Limits.MaxArgumentLength + 1)] } },
        { "too large an environment", Good with { Environment = [.. Enumerable.Repeat("A=b", Limits.MaxEnvironment + 1)] } },
        { "relative directory", Good with { WorkingDirectory = "tmp" } },
        { "too long a directory", Good with { WorkingDirectory = "/" + new string('a', Limits.MaxPathLength) } },
        { "bad name", Good with { Name = "../x" } },
        { "too long a name", Good with { Name = new string('a', Limits.MaxNameLength + 1) } },
    };

    public static TheoryData<string, MoveOffer> BadOffers => new()
    {
        { "id", Samples.Offer with { MoveId = "../../etc" } },
        { "job", Samples.Offer with { JobId = "a/b" } },
        { "name", Samples.Offer with { JobName = "" } },
        { "epoch", Samples.Offer with { Epoch = 1 } },
        { "size", Samples.Offer with { EstimatedBytes = -1 } },
        { "huge", Samples.Offer with { EstimatedBytes = long.MaxValue } },
        { "arguments", Samples.Offer with { Arguments = [.. Enumerable.Repeat("a", Limits.MaxArguments + 1)] } },
    };

    [Fact]
    public void What_is_good_passes()
    {
        Bounds.Check(Good).ShouldBe(Good);
        Bounds.Check(Samples.Offer).ShouldBe(Samples.Offer);
    }

    [Theory]
    [MemberData(nameof(BadStarts), DisableDiscoveryEnumeration = true)]
    public void A_start_out_of_bounds_is_wrong_usage(string why, StartJob start) =>
        Should.Throw<YadoException>(() => Bounds.Check(start), why).ExitStatus.ShouldBe(2);

    [Theory]
    [MemberData(nameof(BadOffers), DisableDiscoveryEnumeration = true)]
    public void An_offer_out_of_bounds_is_refused(string why, MoveOffer offer) =>
        Should.Throw<YadoException>(() => Bounds.Check(offer), why).ExitStatus.ShouldBe(2);

    [Theory]
    [InlineData(0)]
    [InlineData(-9)]
    [InlineData(65)]
    public void A_signal_has_a_number_that_exists(int signal) => Should.Throw<YadoException>(() => Bounds.Check(new SignalJob(signal)));
}
