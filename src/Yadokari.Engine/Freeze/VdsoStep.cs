using Yadokari.Linux.Proc;
using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// Brings threads that were caught inside the vdso out of it: the target's may be another one, and the code in the middle
/// of which they stand would not be there.
/// </summary>
/// <remarks>
/// Stepping is enough nearly always. But the clock functions read again when the kernel has brought their data up to date
/// meanwhile, at each tick; where a step takes long, as on a machine with many more runnable threads than processors, each
/// pass through the loop sees a tick, and stepping would never end (vdso_read_retry, lib/vdso/gettimeofday.c). A thread
/// that steps do not bring out runs on freely for a moment and is stopped again, until it stands elsewhere.
/// </remarks>
public static class VdsoStep
{
    /// <summary>Several times what a clock function takes.</summary>
    private const int StepsAtOnce = 200;

    private const int MaxAttempts = 20_000;
    private const int SigTrap = 5;

    /// <summary>A step is told by SIGTRAP: were that blocked too, the kernel would take the program's handler for it away
    /// (force_sig_info_to_task, kernel/signal.c).</summary>
    private const ulong AllButTrap = ~(1UL << (SigTrap - 1));

    /// <summary>All threads stand outside the vdso afterwards.</summary>
    /// <returns>True when threads ran on: what was read of the process before is out of date.</returns>
    public static bool LeaveVdso(FrozenTree tree, IReadOnlyList<Vma> vmas)
    {
        Vma? vdso = null;
        foreach (Vma vma in vmas)
        {
            if (vma.Name == "[vdso]")
            {
                vdso = vma;
            }
        }

        if (vdso is null)
        {
            return false;
        }

        // A step's SIGTRAP would make a process that ignores it ignore it no longer.
        bool mayStep = ((ProcStatus.Read(tree.Pid)?.Ignored ?? 0) & ~AllButTrap) == 0;
        bool ran = false;
        while (FindInside(tree, vdso) is { } thread)
        {
            if (Leave(tree, thread, vdso, mayStep))
            {
                ran = true;
                tree.StopNewThreads();
            }
        }

        return ran;
    }

    private static FrozenThread? FindInside(FrozenTree tree, Vma vdso)
    {
        foreach (FrozenThread thread in tree.Threads)
        {
            if (Inside(thread.Registers, vdso))
            {
                return thread;
            }
        }

        return null;
    }

    private static bool Inside(Registers registers, Vma vdso) => registers.Rip >= vdso.Start.Value && registers.Rip < vdso.End.Value;

    /// <returns>True when it had to run on.</returns>
    private static bool Leave(FrozenTree tree, FrozenThread thread, Vma vdso, bool mayStep)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if ((mayStep || thread.Stopped) && TryStepOut(thread, vdso))
            {
                return attempt > 0;
            }

            // A thread in a group stop must not run; it has time enough.
            if (!thread.Stopped)
            {
                tree.RunOn(thread);
                if (!Inside(thread.Registers, vdso))
                {
                    return true;
                }
            }
        }

        throw new EngineException(EngineError.Failed, $"thread {thread.Tid} does not leave the vdso");
    }

    private static bool TryStepOut(FrozenThread thread, Vma vdso)
    {
        thread.Tracee.SetSignalMask(AllButTrap);
        thread.Tracee.SetRegisters(thread.Registers);
        thread.Borrowed = true;
        for (int step = 0; step < StepsAtOnce; step++)
        {
            thread.Tracee.TrySingleStep();
            Stop stop = thread.Tracee.WaitStop();
            if (stop.Kind == StopKind.Gone)
            {
                throw new EngineException(EngineError.NoSuchProcess, $"thread {thread.Tid} was killed while it was frozen");
            }

            if (stop.Kind != StopKind.Signal || stop.Signal != SigTrap)
            {
                continue;
            }

            Registers registers = thread.Tracee.GetRegisters();
            registers.OrigRax = ulong.MaxValue;
            thread.Registers = registers;
            if (!Inside(registers, vdso))
            {
                return true;
            }
        }

        return false;
    }
}
