using Shouldly;
using Xunit;
using Yadokari.Faults;

namespace Yadokari.LabTests;

/// <summary>Daemons, links, disks and hosts fail in the middle of moves: exactly one copy of each job is left.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task A_hundred_faults_lose_no_job_and_double_none()
    {
        using Campaign campaign = new(Yado.Program, seed: 1991, Path.Combine(AppContext.BaseDirectory, "trail.pl"));
        List<string> rounds = [];

        FaultResult result = await campaign.RunAsync(100, rounds.Add);

        result.Stories.ShouldBeEmpty(string.Join('\n', rounds));
        (result.Lost, result.Twice, result.Unrecovered).ShouldBe((0, 0, 0));
        result.Runs.ShouldBeGreaterThanOrEqualTo(100);
        result.Struck.ShouldBeGreaterThan(10, string.Join('\n', rounds));
    }
}
