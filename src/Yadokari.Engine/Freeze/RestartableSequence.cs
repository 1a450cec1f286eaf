using Yadokari.Linux;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Freeze;

/// <summary>Critical sections that the kernel knows of (rseq(2)).</summary>
internal static class RestartableSequence
{
    /// <summary>A thread that is preempted inside one goes on at its abort handler; a freeze is a preemption, and elsewhere the kernel would
    /// not know.</summary>
    /// <param name="memory">Of the thread's process.</param>
    /// <returns>The registers that it goes on with.</returns>
    public static Registers Leave(RemoteMemory memory, RseqRegistration registration, Registers registers)
    {
        const int CriticalSectionOffset = 8;
        if (registration.Address.Value == 0)
        {
            return registers;
        }

        ulong descriptor = memory.ReadUInt64(registration.Address + CriticalSectionOffset);
        if (descriptor == 0)
        {
            return registers;
        }

        ulong start = memory.ReadUInt64(new RemoteAddress(descriptor + 8));
        ulong length = memory.ReadUInt64(new RemoteAddress(descriptor + 16));
        ulong abort = memory.ReadUInt64(new RemoteAddress(descriptor + 24));
        if (registers.Rip - start < length)
        {
            registers.Rip = abort;
        }

        return registers;
    }
}
