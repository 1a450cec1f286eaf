using Shouldly;
using Xunit;
using Yadokari.Conformance;

namespace Yadokari.LabTests;

/// <summary>The tree of processes that does everything at random (tests/Conformance/programs/torture), moved between two hosts.</summary>
public sealed class TreeTortureTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    /// <summary>A thousand when <c>YADO_SOAK</c> is set.</summary>
    private static int Times => Soak.Times(10, 1000);

    [Fact]
    public void A_tree_under_torture_loses_nothing_when_it_moves_between_hosts()
    {
        string source = Path.Combine(Yado.Root(), "tests", "Conformance", "programs", "a_tree_under_torture_goes_on.c");
        string program = hosts.File_("torture");
        PmsPrograms.Run("gcc", "-O2", "-w", "-pthread", source, "-o", program, "-lm");
        string room = Directory.CreateDirectory(hosts.File_("torture.room")).FullName;
        hosts.Start("h1", "torture", "env", $"LAW_DIR={room}", program, "an argument");
        Until.Holds(() => File.Exists(Path.Combine(room, "ready")), () => "the tree is not ready");

        for (int move = 1; move <= Times; move++)
        {
            string target = move % 2 == 0 ? "h1" : "h2";
            // Families leave orphans to sessions whose leaders live, or have just ended: that is refused by name, for as long as it is so.
            Until.Holds(() => Moves(target), () => $"move {move}: nothing but a session is in the way");
            File.WriteAllText(Path.Combine(room, $"hop-{move}"), "");
            Until.Holds(() => File.Exists(Path.Combine(room, $"ack-{move}")), () => $"the tree does not go on after move {move}:\n{Said()}");
        }

        File.WriteAllText(Path.Combine(room, "go"), "");
        hosts.YadoOn("h1", "wait", "torture").Status.ShouldBe(0, Said());
        Said().ShouldNotContain("wrong:");
    }

    private bool Moves(string target)
    {
        Ending ending = hosts.YadoOn("h1", "move", "torture", target);
        if (ending.Status == 3)
        {
            ending.Errors.ShouldContain("  session: ");
            return false;
        }

        ending.Succeeds();
        return true;
    }

    private string Said() => hosts.YadoOn("h1", "logs", "torture").Errors;
}
