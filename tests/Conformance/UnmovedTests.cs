using Xunit;

namespace Yadokari.Conformance;

/// <summary>Without a move every program passes: a program that fails here says nothing about moves.</summary>
public class UnmovedTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [ProgramNames()]
    public void A_program_passes_where_it_is(string program) => Law.Unmoved(program);
}
