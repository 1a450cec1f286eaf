using Xunit;

namespace Yadokari.Conformance;

/// <summary>Twenty moves in a row: the law holds, and nothing of the tool's own stays behind.</summary>
public class TwentyMovesTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [ProgramNames(word: "far")]
    public void Nothing_grows_in_twenty_moves(string program) => Law.MovedFar(program, hops: 20, uid: null);

    [SkippableTheory]
    [ProgramNames(word: "far")]
    public void Nothing_grows_in_twenty_moves_as_an_ordinary_user(string program)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "the other tests run as an ordinary user already");
        Law.MovedFar(program, hops: 20, User.Ordinary);
    }
}
