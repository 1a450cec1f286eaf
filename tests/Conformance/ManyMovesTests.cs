using Xunit;

namespace Yadokari.Conformance;

/// <summary>Many moves in a row: the law holds, and nothing of the tool's own stays behind. (Ordinary users move several times
/// in <see cref="RealProgramAsOrdinaryUserTests"/>.)</summary>
public class ManyMovesTests : IClassFixture<CompiledPrograms>
{
    /// <summary>Twenty when <c>YADO_SOAK</c> is set.</summary>
    private static int Hops => Soak.Times(10, 20);

    [SkippableTheory]
    [ProgramNames(word: "far")]
    public void Nothing_grows_in_many_moves(string program) => Law.MovedFar(program, Hops, uid: null);
}
