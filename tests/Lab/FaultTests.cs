using Shouldly;
using Xunit;
using Yadokari.Conformance;
using Yadokari.Faults;

namespace Yadokari.LabTests;

/// <summary>Daemons, links, disks and hosts fail in the middle of moves: exactly one copy of each job is left. Forty times, with
/// YADO_SOAK=1 a thousand times; <c>./bench faults</c> is the same for any number.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task Faults_lose_no_job_and_double_none()
    {
        using Campaign campaign = new(Yado.Program, seed: 1991, Path.Combine(AppContext.BaseDirectory, "trail.pl"));
        int runs = Soak.Times(100, 1000);
        List<string> rounds = [];

        FaultResult result = await campaign.RunAsync(runs, rounds.Add);

        result.Stories.ShouldBeEmpty(string.Join('\n', rounds));
        (result.Lost, result.Twice, result.Unrecovered).ShouldBe((0, 0, 0));
        result.Runs.ShouldBeGreaterThanOrEqualTo(runs);
        result.Struck.ShouldBeGreaterThan(runs / 20, string.Join('\n', rounds));
    }
}
