using Xunit;

namespace Yadokari.Conformance;

/// <summary>A checkpoint that leaves the program running is no event in its life.</summary>
public class LeaveRunningTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [ProgramNames]
    public void Before_equals_after_a_checkpoint_that_leaves_it_running(string program) =>
        Law.SavedWhileRunning(program, uid: null);
}
