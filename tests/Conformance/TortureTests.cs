using Xunit;

namespace Yadokari.Conformance;

/// <summary>A tree of processes that does everything at random, moved many times: it checks itself, and says which seed it had
/// (LAW_SEED).</summary>
public class TortureTests : IClassFixture<CompiledPrograms>
{
    /// <summary>Ten times as many when <c>YADO_SOAK</c> is set.</summary>
    private static int Hops => Environment.GetEnvironmentVariable("YADO_SOAK") is null ? 30 : 300;

    [SkippableTheory]
    [ProgramNames(word: "torture")]
    public void A_tree_loses_nothing_in_thirty_moves(string program) => Law.Moved(program, Hops, uid: null);
}
