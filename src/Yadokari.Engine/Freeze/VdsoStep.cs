using Yadokari.Linux.Proc;
using Yadokari.Linux.Ptrace;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// Brings threads that were caught inside the vdso out of it: the target's may be another one, and the code in the middle
/// of which they stand would not be there.
/// </summary>
/// <remarks>
/// A thread that is inside runs on freely for a moment and is stopped again, some times until it stands elsewhere: a
/// clock function takes some ten nanoseconds, a step through one of its instructions tens of microseconds. A thread that
/// does nothing but read the clock is stepped out. That need not end either: the clock functions read again when the
/// kernel has brought their data up to date meanwhile, at each tick, and where a step takes long, as on a machine with
/// many more runnable threads than processors, each pass through the loop sees a tick (vdso_read_retry,
/// lib/vdso/gettimeofday.c). So both are tried in turn.
/// </remarks>
public static class VdsoStep
{
    /// <summary>Several times what a clock function takes.</summary>
    private const int StepsAtOnce = 100;

    /// <summary>So often it runs on before it is stepped, which would cost it its life should the tool die just then.</summary>
    private const int RunsAtOnce = 1000;

    private const int MaxAttempts = 20_000;

    /// <summary>A step is told by SIGTRAP: were that blocked too, the kernel would take the program's handler for it away
    /// (force_sig_info_to_task, kernel/signal.c).</summary>
    private const ulong AllButTrap = ~(1UL << (SIGTRAP - 1));

    /// <summary>All threads stand outside the vdso afterwards. They may have run on: what was read of the process before, but
    /// for where its vdso is, is out of date.</summary>
    /// <returns>False: none ran on.</returns>
    public static bool LeaveVdso(FrozenProcess tree, IReadOnlyList<Vma> vmas)
    {
        Vma? vdso = null;
        foreach (Vma vma in vmas)
        {
            if (vma.Name == "[vdso]")
            {
                vdso = vma;
            }
        }

        if (vdso is null || !tree.Threads.Any(thread => Inside(thread.Registers, vdso)))
        {
            return false;
        }

        // A step's SIGTRAP would make a process that ignores it ignore it no longer.
        bool mayStep = ((ProcStatus.Read(tree.Pid)?.Ignored ?? 0) & ~AllButTrap) == 0;
        bool moved = false;
        for (bool ran = true; ran;)
        {
            ran = false;
            foreach (FrozenThread thread in tree.Threads)
            {
                if (Inside(thread.Registers, vdso))
                {
                    ran |= Leave(tree, thread, vdso, mayStep);
                }
            }

            if (ran)
            {
                tree.StopNewThreads();
                moved = true;
            }
        }

        return moved;
    }

    private static bool Inside(Registers registers, Vma vdso) => registers.Rip >= vdso.Start.Value && registers.Rip < vdso.End.Value;

    /// <returns>True when it had to run on.</returns>
    private static bool Leave(FrozenProcess tree, FrozenThread thread, Vma vdso, bool mayStep)
    {
        bool ran = false;
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            // A thread in a group stop must not run; it has time enough.
            if (!thread.Stopped && attempt % (RunsAtOnce + 1) < RunsAtOnce)
            {
                tree.RunOn(thread);
                ran = true;
                if (!Inside(thread.Registers, vdso))
                {
                    return true;
                }
            }
            else if ((mayStep || thread.Stopped) && TryStepOut(tree, thread, vdso))
            {
                return ran;
            }
        }

        throw new EngineException(EngineError.Failed, $"thread {thread.Tid} does not leave the vdso");
    }

    private static bool TryStepOut(FrozenProcess tree, FrozenThread thread, Vma vdso)
    {
        thread.Tracee.SetSignalMask(AllButTrap);
        thread.Borrowed = true;
        bool outside = false;
        for (int step = 0; step < StepsAtOnce && !outside; step++)
        {
            thread.Tracee.TrySingleStep();
            Stop stop = thread.Tracee.WaitStop();
            if (stop.Kind == StopKind.Gone)
            {
                throw new EngineException(EngineError.NoSuchProcess, $"thread {thread.Tid} was killed while it was frozen");
            }

            if (stop.Kind != StopKind.Signal || stop.Signal != SIGTRAP)
            {
                continue;
            }

            Registers registers = thread.Tracee.GetRegisters();
            registers.OrigRax = ulong.MaxValue;
            thread.Registers = registers;
            outside = !Inside(registers, vdso);
        }

        tree.GiveBack(thread);
        return outside;
    }
}
