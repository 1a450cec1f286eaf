using Xunit;

namespace Yadokari.Conformance;

/// <summary>Three moves in a row.</summary>
public class ThreeMovesTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [ProgramNames(word: "polls")]
    public void Before_equals_after_three_moves(string program) => Law.Moved(program, hops: 3, uid: null);
}
