using Xunit;

namespace Yadokari.Conformance;

/// <summary>The law as an ordinary user, whose processes resume in namespaces of their own.</summary>
public class OrdinaryUserTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [ProgramNames(word: "ordinary")]
    public void Before_equals_after_a_move_as_an_ordinary_user(string program)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "the other tests run as an ordinary user already");
        Law.Moved(program, hops: 1, User.Ordinary);
    }
}
