using Shouldly;
using Xunit;
using Yadokari.Engine.Freeze;
using Yadokari.Linux;
using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Tests.Freeze;

public class SystemCallRestartTests
{
    private const ulong None = ulong.MaxValue;
    private static readonly byte[] OtherCode = [0x90, 0x90, 0x90, 0x90, 0x90, 0x0f, 0x05];

    [Theory]
    [InlineData(-512)]
    [InlineData(-513)]
    [InlineData(-514)]
    [InlineData(-516)]
    public void A_call_the_kernel_would_restart_is_made_again_elsewhere(long result)
    {
        Registers registers = SystemCallRestart.ForImage(At(SystemCall.Read, result), OtherCode);
        ((long)registers.Rax).ShouldBe(result == -516 ? -514 : result);
        registers.Rip.ShouldBe(0x4000ul);
        registers.OrigRax.ShouldBe((ulong)SystemCall.Read);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(77)]
    [InlineData(-Errno.EINTR)]
    [InlineData(-Errno.EAGAIN)]
    [InlineData(-515)]
    [InlineData(-517)]
    public void A_finished_call_keeps_its_result(long result)
    {
        Registers registers = SystemCallRestart.ForImage(At(SystemCall.Read, result), OtherCode);
        ((long)registers.Rax).ShouldBe(result);
        registers.Rip.ShouldBe(0x4000ul);
        registers.OrigRax.ShouldBe(None);
    }

    [Fact]
    public void Numbers_that_look_like_restarts_outside_a_call_are_the_programs_own()
    {
        Registers registers = At(SystemCall.Read, -512);
        registers.OrigRax = None;
        SystemCallRestart.ForImage(registers, OtherCode).ShouldBe(registers);
    }

    [Fact]
    public void A_restarted_sleep_is_made_again_by_the_number_in_the_code()
    {
        byte[] code = [0xb8, 230, 0, 0, 0, 0x0f, 0x05]; // mov eax, clock_nanosleep; syscall
        Registers registers = SystemCallRestart.ForImage(At(SystemCall.Restart_syscall, -516), code);
        registers.OrigRax.ShouldBe((ulong)SystemCall.Clock_nanosleep);
        ((long)registers.Rax).ShouldBe(-514);
        registers.Rip.ShouldBe(0x4000ul);
    }

    [Fact]
    public void A_restarted_call_whose_number_is_not_in_the_code_is_interrupted()
    {
        foreach (byte[] code in (byte[][])[OtherCode, []])
        {
            Registers registers = SystemCallRestart.ForImage(At(SystemCall.Restart_syscall, -516), code);
            ((long)registers.Rax).ShouldBe(-Errno.EINTR);
            registers.Rip.ShouldBe(0x4000ul);
            registers.OrigRax.ShouldBe(None);
        }
    }

    [Theory]
    [InlineData(SystemCall.Epoll_wait)]
    [InlineData(SystemCall.Epoll_pwait)]
    [InlineData(SystemCall.Rt_sigtimedwait)]
    [InlineData(SystemCall.Semtimedop)]
    [InlineData(SystemCall.Read)] // of a socket with a time limit
    [InlineData(SystemCall.Connect)]
    public void The_freezes_own_interruption_is_hidden_from_calls_that_are_never_restarted(SystemCall call)
    {
        Registers registers = SystemCallRestart.ForThaw(At(call, -Errno.EINTR), signalWaits: false);
        ((long)registers.Rax).ShouldBe(-514);
        registers.Rip.ShouldBe(0x4000ul);
        registers.OrigRax.ShouldBe((ulong)call);
    }

    [Fact]
    public void A_signals_interruption_is_the_programs_own()
    {
        Registers registers = At(SystemCall.Epoll_wait, -Errno.EINTR);
        SystemCallRestart.ForThaw(registers, signalWaits: true).ShouldBe(registers);
    }

    [Theory]
    [InlineData(SystemCall.Epoll_wait, 0)]
    [InlineData(SystemCall.Epoll_wait, -Errno.EBADF)]
    [InlineData(SystemCall.Close, -Errno.EINTR)] // it has closed
    [InlineData(SystemCall.Read, -512)] // the kernel does it by itself
    public void A_thaw_repairs_nothing_else(SystemCall call, long result)
    {
        Registers registers = At(call, result);
        SystemCallRestart.ForThaw(registers, signalWaits: false).ShouldBe(registers);
    }

    [Theory]
    [InlineData(-512)]
    [InlineData(-513)]
    [InlineData(-514)]
    public void A_thread_that_goes_home_by_itself_makes_its_call_again(long result)
    {
        Registers registers = SystemCallRestart.ForHome(At(SystemCall.Read, result), signalWaits: false);
        registers.Rax.ShouldBe((ulong)SystemCall.Read);
        registers.Rip.ShouldBe(0x3ffeul);
    }

    [Fact]
    public void A_thread_that_goes_home_by_itself_waits_for_what_is_left_of_its_time()
    {
        Registers registers = SystemCallRestart.ForHome(At(SystemCall.Nanosleep, -516), signalWaits: false);
        registers.Rax.ShouldBe((ulong)SystemCall.Restart_syscall);
        registers.Rip.ShouldBe(0x3ffeul);
    }

    [Theory]
    [InlineData(SystemCall.Pause, -514)]
    [InlineData(SystemCall.Nanosleep, -516)]
    public void A_signal_that_is_there_ends_the_wait_of_a_thread_that_goes_home_by_itself(SystemCall call, long result)
    {
        Registers registers = SystemCallRestart.ForHome(At(call, result), signalWaits: true);
        ((long)registers.Rax).ShouldBe(-Errno.EINTR);
        registers.Rip.ShouldBe(0x4000ul);
    }

    [Fact]
    public void A_finished_call_goes_home_with_its_result()
    {
        Registers registers = At(SystemCall.Read, 77);
        SystemCallRestart.ForHome(registers, signalWaits: false).ShouldBe(registers);
    }

    private static Registers At(SystemCall call, long result) => new()
    {
        Rip = 0x4000,
        Rax = (ulong)result,
        OrigRax = (ulong)call,
        Rdi = 5,
        Rsp = 0x7000,
    };
}
