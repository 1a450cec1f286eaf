using System.Buffers.Binary;
using Yadokari.Linux;
using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// A freeze interrupts system calls; the program must not notice. The kernel marks most of them for a restart
/// (-512…-516); a few (epoll_wait and its like, signal(7)) report EINTR even when no handler ran.
/// </summary>
public static class SystemCallRestart
{
    private const long RestartSys = -512;
    private const long RestartNoInterrupt = -513;
    private const long RestartNoHandler = -514;
    private const long RestartBlock = -516;

    /// <summary>Registers for the thread that goes on where it was, frozen and thawed. Only repairs what the kernel does not.</summary>
    /// <param name="signalWaits">A signal is about to be delivered, so an EINTR is the program's own.</param>
    public static Registers ForThaw(Registers registers, bool signalWaits)
    {
        if ((long)registers.OrigRax >= 0 && (long)registers.Rax == -Errno.EINTR && !signalWaits && IsNeverRestarted((SystemCall)registers.OrigRax))
        {
            return Again(registers);
        }

        return registers;
    }

    /// <summary>Registers for a thread rebuilt elsewhere. As they are installed by ptrace in a stop on the way out of a system
    /// call, the kernel there does what this one would have done: it makes the call again, or lets it return EINTR after a
    /// handler (arch_do_signal_or_restart, arch/x86/kernel/signal.c). Only what it kept to itself it does not know.</summary>
    /// <param name="code">The 7 bytes before the instruction pointer.</param>
    public static Registers ForImage(Registers registers, ReadOnlySpan<byte> code)
    {
        const byte MoveImmediateToEax = 0xb8;
        if ((long)registers.Rax == RestartBlock && (SystemCall)registers.OrigRax == SystemCall.Restart_syscall)
        {
            // Interrupted before and restarted by the kernel: the call's own number stands only in the code that made it
            // (mov eax,NR; syscall). Where it doesn't, the program sees EINTR, as after a handler.
            if (code.Length == 7 && code[0] == MoveImmediateToEax)
            {
                registers.OrigRax = BinaryPrimitives.ReadUInt32LittleEndian(code[1..]);
            }
            else
            {
                registers.Rax = unchecked((ulong)-Errno.EINTR);
            }
        }

        if ((long)registers.OrigRax >= 0 && (long)registers.Rax is RestartSys or RestartNoInterrupt or RestartNoHandler or RestartBlock)
        {
            return (long)registers.Rax == RestartBlock ? Again(registers) : registers;
        }

        registers.OrigRax = ulong.MaxValue;
        return registers;
    }

    /// <summary>Made again by the kernel, but interrupted (EINTR) when a handler runs first: a signal that came while the
    /// thread stood still must wake it from its call, or it would wait for ever.</summary>
    private static Registers Again(Registers registers)
    {
        registers.Rax = unchecked((ulong)RestartNoHandler);
        return registers;
    }

    private static bool IsNeverRestarted(SystemCall call) => call is
        SystemCall.Epoll_wait or SystemCall.Epoll_pwait or SystemCall.Epoll_pwait2 or
        SystemCall.Semop or SystemCall.Semtimedop or SystemCall.Msgrcv or SystemCall.Msgsnd or
        SystemCall.Io_getevents or SystemCall.Rt_sigtimedwait or SystemCall.Nanosleep or SystemCall.Clock_nanosleep or
        SystemCall.Poll or SystemCall.Ppoll or SystemCall.Select or SystemCall.Pselect6 or
        SystemCall.Recvfrom or SystemCall.Recvmsg or SystemCall.Sendto or SystemCall.Sendmsg or SystemCall.Accept;
}
