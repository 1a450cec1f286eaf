using Shouldly;
using Xunit;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;

namespace Yadokari.Rpc.Moves;

/// <summary>
/// The network falls silent in the middle of a move while calls run and replies get lost: afterwards exactly one instance serves, nothing
/// is lost, nothing ran twice. The steps that differ most; with YADO_SOAK=1 every step.
/// </summary>
public sealed class LinkTests
{
    private static readonly string[] Steps = Environment.GetEnvironmentVariable("YADO_SOAK") == "1"
        ? ["started", "ahead", "round-1", "drained", "prepared", "committed", "target-prepared", "target-activated"]
        : ["round-1", "committed"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_host_is_cut_off_at_every_step(bool cutSource)
    {
        await using LabOfThree lab = await LabOfThree.StartAsync();
        foreach (string step in Steps)
        {
            TestHost source = await lab.ServingHostAsync();
            string cut = (cutSource ? source : lab.Other(source)).Name;
            string stopper = lab.StopAt(step);
            Task<MoveReport> move = lab.MoveAsync();
            await TestHost.ReachedAsync(stopper, move);

            lab.Lab("cut", cut);
            File.Delete(stopper);
            // As long as the move can bear it: under the pause the source gives it up, in the copy it waits, after the commit it asks on.
            await Task.WhenAny(move, Task.Delay(TimeSpan.FromSeconds(12)));
            lab.Lab("join", cut);

            Exception? failure = await Record.ExceptionAsync(() => move);
            (failure is null or YadoException).ShouldBeTrue(failure?.ToString());
            await Settling.AfterAsync($"the cut at {step}", lab.A, lab.B);
            if (step is "committed" or "target-activated")
            {
                (await lab.ServingHostAsync()).ShouldBe(lab.Other(source), step);
            }
            await lab.FlowsAsync($"the cut at {step}");
        }
        await lab.NothingIsLostAndNothingRanTwiceAsync();
    }
}
