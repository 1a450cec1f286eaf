using Shouldly;
using Xunit;
using Yadokari.Daemon.Jobs;

namespace Yadokari.Daemon.Tests.Jobs;

public sealed class ProcessTableTests
{
    [Fact]
    public async Task A_program_that_ended_before_it_had_a_number_is_neither_signalled_nor_waited_for()
    {
        using ProcessTable table = new();
        ProcessIdentity none = new(0, 0, "boot");

        table.Signal(none, 9).ShouldBeFalse();
        (await table.WaitStatusAsync(none, CancellationToken.None)).ShouldBeNull();
    }
}
