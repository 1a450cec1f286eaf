using Xunit;

namespace Yadokari.Conformance;

/// <summary>A context file saved while the program ran on brings it back when it was killed later.</summary>
public class SnapshotTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [ProgramNames(word: "brought back")]
    public void A_killed_program_comes_back_from_its_snapshot(string program) => Law.BroughtBack(program, uid: null);
}
