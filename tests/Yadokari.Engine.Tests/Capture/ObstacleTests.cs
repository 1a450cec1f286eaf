using Shouldly;
using Xunit;
using Yadokari.Engine.Checkpointing;

namespace Yadokari.Engine.Tests.Capture;

public class ObstacleTests
{
    [Fact]
    public void One_cause_is_told_once_as_it_was_found_first()
    {
        Obstacle first = new("pipe-to-outside", "descriptor 5: a pipe") { Cause = "12/34" };
        Obstacle alone = new("seccomp", "a filter");

        Obstacle.OnePerCause(
        [
            first,
            new Obstacle("stream-to-outside", "descriptor 0: the same pipe") { Cause = "12/34" }.By("process 7 (cat), "),
            alone,
            new Obstacle("pipe-to-outside", "descriptor 6: another") { Cause = "12/35" },
            new Obstacle("seccomp", "a filter"),
        ]).Select(o => o.Detail).ShouldBe([first.Detail, alone.Detail, "descriptor 6: another"]);
    }

    [Theory]
    [InlineData("refuse", 5432, false)]
    [InlineData("reset", 5432, true)]
    [InlineData("reset:8080,5432", 5432, true)]
    [InlineData("reset:8080", 5432, false)]
    public void A_rule_says_which_connections_are_reset(string rule, int port, bool resets) => TcpRule.Parse(rule)!.Resets(port).ShouldBe(resets);

    [Theory]
    [InlineData("")]
    [InlineData("drop")]
    [InlineData("reset:")]
    [InlineData("reset:0")]
    [InlineData("reset:65536")]
    [InlineData("reset:80,")]
    [InlineData("reset:80:90")]
    [InlineData("refuse:80")]
    [InlineData("reset:-1")]
    public void Anything_else_is_no_rule(string rule) => TcpRule.Parse(rule).ShouldBeNull();
}
