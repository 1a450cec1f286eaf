using Xunit;

namespace Yadokari.Conformance;

/// <summary>What can't be carried is refused before it is touched: status 3, a line per obstacle, the program lives on.</summary>
public class ObstacleTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [ProgramNames("obstacles", "as root")]
    public void An_obstacle_is_named_and_the_program_lives_on(string program) => Law.Refused(program, uid: null);

    [SkippableTheory]
    [ProgramNames("obstacles", "ordinary")]
    public void An_obstacle_is_named_to_an_ordinary_user(string program)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "the other tests run as an ordinary user already");
        Law.Refused(program, User.Ordinary);
    }
}
