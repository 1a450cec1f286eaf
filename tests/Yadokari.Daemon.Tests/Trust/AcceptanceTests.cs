using Shouldly;
using Xunit;
using Yadokari.Daemon.Trust;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Trust;

/// <summary>What other hosts may ask.</summary>
public sealed class AcceptanceTests
{
    private static readonly AcceptedActs[] Each = [AcceptedActs.Move, AcceptedActs.Start, AcceptedActs.Signal, AcceptedActs.Send, AcceptedActs.Drain, AcceptedActs.Policy, AcceptedActs.Logs];

    [Fact]
    public void A_daemon_of_root_that_was_told_nothing_accepts_nothing() =>
        Each.ShouldAllBe(act => !Acceptance.Parse(null, null, 0).Accepts(act));

    [Fact]
    public void A_daemon_of_a_user_accepts_all_for_that_user() => Each.ShouldAllBe(act => Acceptance.Parse(null, null, 1000).Accepts(act));

    [Fact]
    public void Root_s_jobs_are_taken_only_when_root_is_named()
    {
        Acceptance.Parse("all", null, 0).Accepts(AcceptedActs.Move).ShouldBeFalse();
        Acceptance.Parse("all", "1000", 0).Accepts(AcceptedActs.Start).ShouldBeFalse();
        Acceptance.Parse("all", null, 0).Accepts(AcceptedActs.Drain).ShouldBeTrue();
        Acceptance.Parse("move", "root", 0).Accepts(AcceptedActs.Move).ShouldBeTrue();
        Acceptance.Parse("move", "all", 0).Accepts(AcceptedActs.Move).ShouldBeTrue();
    }

    [Fact]
    public void Moves_without_starts()
    {
        Acceptance acceptance = Acceptance.Parse("move", "root", 0);

        acceptance.Explain("POST", Routes.Moves).ShouldBeNull();
        acceptance.Explain("POST", Routes.Jobs)!.ShouldContain("'yado host --accept start --accept-users root'");
        acceptance.Explain("POST", Routes.Signal).ShouldNotBeNull();
        acceptance.Explain("GET", Routes.Jobs).ShouldBeNull();
        acceptance.Explain("POST", Routes.MoveRelease).ShouldBeNull();
    }

    [Theory]
    [InlineData("POST", Routes.Stop)]
    [InlineData("POST", Routes.Adopt)]
    [InlineData("POST", "/v1/made/up")]
    [InlineData("DELETE", Routes.Jobs)]
    public void What_is_not_listed_is_closed(string method, string route) => Acceptance.Parse("all", "all", 0).Explain(method, route).ShouldNotBeNull();

    [Theory]
    [InlineData("moves", null)]
    [InlineData("", null)]
    [InlineData("move", "nobody-of-that-name")]
    [InlineData("move", "")]
    public void What_is_no_act_or_user_is_wrong_usage(string acts, string? users) =>
        Should.Throw<YadoException>(() => Acceptance.Parse(acts, users, 0)).ExitStatus.ShouldBe(2);
}
