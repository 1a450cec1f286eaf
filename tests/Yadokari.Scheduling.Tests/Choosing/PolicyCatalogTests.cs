using Shouldly;
using Xunit;
using Yadokari.Scheduling.Choosing;

namespace Yadokari.Scheduling.Tests.Choosing;

/// <summary>How a policy is chosen, and what a user reads who chooses wrongly.</summary>
public sealed class PolicyCatalogTests
{
    [Fact]
    public void What_is_not_given_has_its_default()
    {
        PolicyChoice choice = Choose("threshold", ("limit", "3"), ("residence", "2.5"));

        choice.Settings["limit"].ShouldBe(3);
        choice.Settings["probes"].ShouldBe(3);
        choice.Guard.Residence.ShouldBe(2.5);
        choice.Guard.AtOnce.ShouldBe(4);
        choice.Every.ShouldBe(5);
    }

    [Fact]
    public void An_unknown_policy_is_told_which_there_are() =>
        Should.Throw<PolicyChoiceException>(() => Choose("best")).Message
            .ShouldBe("no policy 'best'; there are: none random threshold shortest sender receiver symmetric age idle two");

    [Fact]
    public void An_unknown_setting_is_told_which_there_are() =>
        Should.Throw<PolicyChoiceException>(() => Choose("age", ("speed", "9"))).Message
            .ShouldBe("policy 'age' has no setting 'speed'; it has: factor every residence per-job at-once stale reserve");

    [Theory]
    [InlineData("limit", "many")]
    [InlineData("limit", "")]
    [InlineData("limit", "NaN")]
    [InlineData("limit", "-1")]
    [InlineData("probes", "1.5")]
    [InlineData("every", "0")]
    [InlineData("at-once", "1e9")]
    public void A_value_out_of_range_is_told_the_range(string setting, string value) =>
        Should.Throw<PolicyChoiceException>(() => Choose("threshold", (setting, value))).Message.ShouldStartWith($"{setting} must be a");

    [Fact]
    public void Every_policy_and_setting_is_explained() =>
        PolicyCatalog.Kinds.SelectMany(k => k.Settings).Concat(PolicyCatalog.Shared).Select(s => s.Meaning)
            .Concat(PolicyCatalog.Kinds.Select(k => k.Meaning)).ShouldAllBe(m => m.Length > 3);

    private static PolicyChoice Choose(string name, params (string Name, string Value)[] settings) =>
        PolicyCatalog.Choose(name, settings.ToDictionary(s => s.Name, s => s.Value));
}
