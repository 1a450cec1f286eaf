using Shouldly;
using Xunit;
using Yadokari.Daemon.Jobs;
using Yadokari.Protocol.Errors;

namespace Yadokari.Daemon.Tests.Jobs;

public sealed class JobFactsTests
{
    [Theory]
    [InlineData(0x0000, 0, null)]
    [InlineData(0x0300, 3, null)]
    [InlineData(0xff00, 255, null)]
    [InlineData(0x0009, null, 9)]
    [InlineData(0x008b, null, 11)] // with a core dump
    public void A_wait_status_is_an_exit_status_or_a_signal(int value, int? exit, int? signal)
    {
        WaitStatus status = new(value);

        status.ExitStatus.ShouldBe(exit);
        status.Signal.ShouldBe(signal);
    }

    [Fact]
    public void A_program_is_found_in_the_path_of_its_environment()
    {
        ProgramPath.Find("sh", ["PATH=/nowhere:/bin"], "/").ShouldBe("/bin/sh");
        ProgramPath.Find("./sh", [], "/bin").ShouldBe("/bin/sh");
    }

    [Theory]
    [InlineData("no-such-program", "PATH=/bin")]
    [InlineData("sh", "PATH=/nowhere")]
    [InlineData("/etc/passwd", "PATH=/bin")]
    [InlineData("/bin", "PATH=/bin")]
    public void A_program_that_is_none_is_not_there(string program, string path) =>
        Should.Throw<YadoException>(() => ProgramPath.Find(program, [path], "/")).ExitStatus.ShouldBe(4);

    [Fact]
    public void A_cpu_level_is_told_to_the_c_library_and_keeps_what_was_told_before()
    {
        PortableEnvironment.Make(null, ["A=b"]).ShouldBe(["A=b"]);
        IReadOnlyList<string> told = PortableEnvironment.Make("v3", ["A=b", "GLIBC_TUNABLES=glibc.malloc.check=1"]);

        string tunables = told.Single(e => e.StartsWith("GLIBC_TUNABLES=", StringComparison.Ordinal));
        tunables.ShouldStartWith("GLIBC_TUNABLES=glibc.malloc.check=1:glibc.cpu.hwcaps=");
        tunables.ShouldContain("-AVX512F");
        tunables.ShouldNotContain("-AVX2");
        told.ShouldContain("A=b");
        told.ShouldContain("YADO_CPU=x86-64-v3");
        PortableEnvironment.Make("baseline", []).ShouldContain(e => e.Contains("-AVX2", StringComparison.Ordinal));
        Should.Throw<YadoException>(() => PortableEnvironment.Make("v9", [])).ExitStatus.ShouldBe(2);
    }

    [Fact]
    public void The_real_process_table_knows_this_process_and_no_other_with_its_number()
    {
        using ProcessTable processes = new();
        ProcessIdentity me = processes.Identify(Environment.ProcessId).ShouldNotBeNull();

        processes.IsAlive(me).ShouldBeTrue();
        processes.IsAlive(me with { StartTicks = me.StartTicks + 1 }).ShouldBeFalse();
        processes.IsAlive(me with { BootId = "another" }).ShouldBeFalse();
        processes.Signal(me with { StartTicks = me.StartTicks + 1 }, 9).ShouldBeFalse();
        processes.WaitGoneAsync(me with { StartTicks = 0 }, CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task The_end_of_a_process_is_seen()
    {
        using ProcessTable processes = new();
        using System.Diagnostics.Process child = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("/bin/cat") { RedirectStandardInput = true })!;
        ProcessIdentity identity = processes.Identify(child.Id).ShouldNotBeNull();
        Task gone = processes.WaitGoneAsync(identity, CancellationToken.None);
        gone.IsCompleted.ShouldBeFalse();

        child.StandardInput.Close();

        await gone.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
