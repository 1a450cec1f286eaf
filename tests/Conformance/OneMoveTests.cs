using Xunit;

namespace Yadokari.Conformance;

/// <summary>One move, as the user who runs the tests.</summary>
public class OneMoveTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [ProgramNames()]
    public void Before_equals_after_one_move(string program) => Law.Moved(program, hops: 1, uid: null);
}
