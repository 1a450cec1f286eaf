using Xunit;

namespace Yadokari.Conformance;

/// <summary>To a host with pids of its own and a day more of uptime, and back.</summary>
public class ThereAndBackTests : IClassFixture<CompiledPrograms>
{
    [SkippableTheory]
    [ProgramNames(word: "passed on")]
    public void Before_equals_after_a_move_to_another_host_and_back(string program)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "hosts in namespaces need root");
        Law.ThereAndBack(program);
    }
}
