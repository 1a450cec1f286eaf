using Shouldly;
using Yadokari.Linux.Proc;

namespace Yadokari.Linux.Tests.Proc;

public sealed class ProcMachineTests
{
    [Fact]
    public void Idle_waiting_stolen_and_guest_time_is_not_busy()
    {
        ProcMachine machine = ProcMachine.Parse("cpu  10 20 30 4000 500 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\nctxt 5\nprocs_running 3\nprocs_blocked 1\n");

        machine.ShouldBe(new ProcMachine(10 + 20 + 30 + 6 + 7, 3));
    }

    [Theory]
    [InlineData("")]
    [InlineData("cpu  1 2 3 4\n")]
    [InlineData("procs_running 3\n")]
    public void A_line_that_is_missing_is_told(string text) => Should.Throw<IOException>(() => ProcMachine.Parse(text));

    [Fact]
    public void The_reader_itself_runs() => ProcMachine.Read().Running.ShouldBeGreaterThanOrEqualTo(1);
}
