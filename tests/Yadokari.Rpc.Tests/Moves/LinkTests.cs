using Shouldly;
using Xunit;
using Yadokari.Conformance;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;

namespace Yadokari.Rpc.Moves;

/// <summary>
/// The network falls silent in the middle of a move while calls run and replies get lost: afterwards exactly one instance serves, nothing
/// is lost, nothing ran twice. The steps that differ most; with YADO_SOAK=1 every step.
/// </summary>
public sealed class LinkTests
{
    private static readonly string[] EveryStep = ["started", "ahead", "round-1", "drained", "prepared", "committed", "target-prepared", "target-activated"];

    /// <summary>How long a host is cut off. Before the commit longer than the 10 s after which a source gives up under the pause.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(true, "committed")]
    [InlineData(false, "round-1")]
    public async Task A_host_is_cut_off_at_a_step(bool cutSource, string most)
    {
        await using LabOfThree lab = await LabOfThree.StartAsync();
        foreach (string step in Soak.IsOn ? EveryStep : [most])
        {
            bool decided = step is "committed" or "target-activated";
            TestHost source = await lab.ServingHostAsync();
            string cut = (cutSource ? source : lab.Other(source)).Name;
            string stopper = lab.StopAt(step);
            Task<MoveReport> move = lab.MoveAsync();
            await TestHost.ReachedAsync(stopper, move);

            lab.Lab("cut", cut);
            File.Delete(stopper);
            // Under the pause the source gives the move up, in the copy it waits, after the commit it asks on.
            await Task.WhenAny(move, Task.Delay(decided ? Short : Long));
            lab.Lab("join", cut);

            Exception? failure = await Record.ExceptionAsync(() => move);
            (failure is null or YadoException).ShouldBeTrue(failure?.ToString());
            await Settling.AfterAsync($"the cut at {step}", lab.A, lab.B);
            if (decided)
            {
                (await lab.ServingHostAsync()).ShouldBe(lab.Other(source), step);
            }
            await lab.FlowsAsync($"the cut at {step}");
        }
        await lab.NothingIsLostAndNothingRanTwiceAsync();
    }
}
