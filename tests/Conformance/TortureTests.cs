using Xunit;

namespace Yadokari.Conformance;

/// <summary>A tree of processes that does everything at random, moved many times: it checks itself, and says which seed it had
/// (LAW_SEED; with LAW_PIECE it does one kind of thing only).</summary>
public class TortureTests : IClassFixture<CompiledPrograms>
{
    /// <summary>About a minute of one processor; ten thousand when <c>YADO_SOAK</c> is set.</summary>
    private static int Hops => Soak.Times(100, 10_000);

    [SkippableTheory]
    [ProgramNames(word: "torture")]
    public void A_tree_loses_nothing_and_nothing_grows_however_often_it_is_moved(string program) => Law.MovedUnderTorture(program, Hops, uid: null);

    [SkippableTheory]
    [ProgramNames(word: "torture")]
    public void A_tree_of_an_ordinary_user_loses_nothing_either(string program)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "the other test runs as an ordinary user already");
        Law.MovedUnderTorture(program, Hops / 5, User.Ordinary);
    }
}
