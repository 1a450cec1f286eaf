using Xunit;

namespace Yadokari.Conformance;

/// <summary>Twenty moves in a row: the law holds, and nothing of the tool's own stays behind. (Ordinary users move several times
/// in <see cref="RealProgramAsOrdinaryUserTests"/>.)</summary>
public class TwentyMovesTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [ProgramNames(word: "far")]
    public void Nothing_grows_in_twenty_moves(string program) => Law.MovedFar(program, hops: 20, uid: null);
}
