using Xunit;

namespace Yadokari.Conformance;

/// <summary>The law of <see cref="RealMove"/> as an ordinary user, when the tests run as root.</summary>
public class RealProgramAsOrdinaryUserTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [MemberData(nameof(RealProgramTests.Programs), MemberType = typeof(RealProgramTests))]
    public void Its_output_is_the_same_after_several_moves(string program)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "the other tests run as an ordinary user already");
        RealMove.Move(program, RealMove.Several, User.Ordinary);
    }
}
