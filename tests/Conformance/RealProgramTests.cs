using Xunit;

namespace Yadokari.Conformance;

/// <summary>The law of <see cref="RealMove"/> as the user who runs the tests.</summary>
public class RealProgramTests : IClassFixture<CompiledPrograms>
{
    public static TheoryData<string> Programs => [.. RealProgram.All.Select(program => program.Name)];

    [Theory]
    [MemberData(nameof(Programs))]
    public void Its_output_is_the_same_in_two_unmoved_runs(string program) => RealMove.Move(program, 0, uid: null);

    [Theory]
    [MemberData(nameof(Programs))]
    public void Its_output_is_the_same_after_several_moves(string program) => RealMove.Move(program, RealMove.Several, uid: null);
}
