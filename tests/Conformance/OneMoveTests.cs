using Xunit;

namespace Yadokari.Conformance;

/// <summary>One move, as the user who runs the tests, of what <see cref="ManyMovesTests"/> do not move.</summary>
public class OneMoveTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [ProgramNames(word: "near")]
    public void Before_equals_after_one_move(string program) => Law.Moved(program, hops: 1, uid: null);
}
