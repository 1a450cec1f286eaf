using Xunit;

namespace Yadokari.Conformance;

/// <summary>The law of <see cref="RealMove"/> as an ordinary user, when the tests run as root.</summary>
public class RealProgramAsOrdinaryUserTests : IClassFixture<CompiledPrograms>
{
    /// <summary>Twenty, as for the user who runs the tests, when <c>YADO_SOAK</c> is set.</summary>
    private static int Several => Environment.GetEnvironmentVariable("YADO_SOAK") is null ? 5 : 20;

    [SkippableTheory]
    [MemberData(nameof(RealProgramTests.Programs), MemberType = typeof(RealProgramTests))]
    public void Its_output_is_the_same_after_a_move(string program) => Move(program, 1);

    [SkippableTheory]
    [MemberData(nameof(RealProgramTests.Programs), MemberType = typeof(RealProgramTests))]
    public void Its_output_is_the_same_after_several_moves(string program) => Move(program, Several);

    private static void Move(string program, int moves)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "the other tests run as an ordinary user already");
        RealMove.Move(program, moves, User.Ordinary);
    }
}
