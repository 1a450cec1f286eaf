using System.Diagnostics;
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

    [Fact]
    public async Task The_memory_of_a_job_is_that_of_all_its_processes()
    {
        const int bytes = 1 << 26;
        using ProcessTable table = new();
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"python3 -c 'b = b\"x\" * {bytes}; print(1, flush=True); input()'; exit 7"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        (await shell.StandardOutput.ReadLineAsync()).ShouldBe("1");

        table.ResidentBytes(shell.Id).ShouldBeGreaterThan(bytes);

        await shell.StandardInput.WriteLineAsync();
        await shell.WaitForExitAsync();
        shell.ExitCode.ShouldBe(7);
        table.ResidentBytes(shell.Id).ShouldBe(0);
    }

    [Fact]
    public async Task The_processor_time_of_a_job_is_that_of_all_its_processes_also_of_those_that_have_ended()
    {
        const string busy = "import time\nwhile time.process_time() < 0.3: pass\n";
        using ProcessTable table = new();
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", "python3 -c \"$1\"; python3 -c \"$1$2\"; exit 7", "sh", busy, "print(1, flush=True); input()"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        (await shell.StandardOutput.ReadLineAsync()).ShouldBe("1");

        table.Use(shell.Id).CpuSeconds.ShouldBeGreaterThanOrEqualTo(0.58, "two that used 0.3 s each, told in hundredths");

        await shell.StandardInput.WriteLineAsync();
        await shell.WaitForExitAsync();
        shell.ExitCode.ShouldBe(7);
        table.Use(shell.Id).CpuSeconds.ShouldBe(0);
    }
}
