using System.Buffers.Binary;
using Yadokari.Linux;
using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// A freeze interrupts system calls; the program must not notice. The kernel marks most of them for a restart
/// (-512…-516); the others report EINTR even when no handler ran: epoll_wait and its like, and whatever waits on a socket
/// with a time limit (signal(7)). Where no signal waits, nothing but the freeze can be the reason.
/// </summary>
public static class SystemCallRestart
{
    private const long RestartSys = -512;
    private const long RestartNoInterrupt = -513;
    private const long RestartNoHandler = -514;
    private const long RestartBlock = -516;

    /// <summary>Bytes of <c>syscall</c>.</summary>
    private const ulong InstructionLength = 2;

    /// <summary>Registers for the thread that goes on where it was, frozen and thawed. Only repairs what the kernel does not.</summary>
    /// <param name="signalWaits">A signal is about to be delivered, so an EINTR is the program's own.</param>
    public static Registers ForThaw(Registers registers, bool signalWaits)
    {
        // A close that was interrupted has closed (filp_close, fs/open.c); every other call did nothing yet, or it would
        // have told how much.
        return (long)registers.OrigRax >= 0 && (long)registers.Rax == -Errno.EINTR && !signalWaits && (SystemCall)registers.OrigRax != SystemCall.Close
            ? Again(registers)
            : registers;
    }

    /// <summary>Registers with which a borrowed thread goes on when nobody is there to give it its own: what the kernel would
    /// have made of <paramref name="registers"/> on the way out of the call.</summary>
    /// <param name="signalWaits">A signal is about to be delivered: its handler ends what waits for one.</param>
    public static Registers ForHome(Registers registers, bool signalWaits)
    {
        if ((long)registers.OrigRax < 0)
        {
            return registers;
        }

        switch ((long)registers.Rax)
        {
            case RestartNoHandler or RestartBlock when signalWaits:
                registers.Rax = unchecked((ulong)-Errno.EINTR);
                break;
            case RestartSys or RestartNoInterrupt or RestartNoHandler:
                registers.Rax = registers.OrigRax;
                registers.Rip -= InstructionLength;
                break;
            case RestartBlock:
                // What it waits for until when stands in the kernel (restart_block), and no call made meanwhile changes it.
                registers.Rax = (ulong)SystemCall.Restart_syscall;
                registers.Rip -= InstructionLength;
                break;
            default:
                break;
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
}
