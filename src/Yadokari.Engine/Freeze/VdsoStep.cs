using Yadokari.Linux.Proc;
using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Freeze;

/// <summary>Steps threads that were caught inside the vdso out of it: the target's may be another one, and the code in the
/// middle of which they stand would not be there.</summary>
public static class VdsoStep
{
    private const int MaxSteps = 200_000;
    private const ulong AllSignals = ulong.MaxValue;
    private const int SigTrap = 5;

    public static void LeaveVdso(FrozenTree tree, IReadOnlyList<Vma> vmas)
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
            return;
        }

        foreach (FrozenThread thread in tree.Threads)
        {
            if (Inside(thread.Registers, vdso))
            {
                StepOut(thread, vdso);
            }
        }
    }

    private static bool Inside(Registers registers, Vma vdso) => registers.Rip >= vdso.Start.Value && registers.Rip < vdso.End.Value;

    private static void StepOut(FrozenThread thread, Vma vdso)
    {
        thread.Tracee.SetSignalMask(AllSignals);
        thread.Tracee.SetRegisters(thread.Registers);
        thread.Borrowed = true;
        for (int step = 0; step < MaxSteps; step++)
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
            if (!Inside(registers, vdso))
            {
                registers.OrigRax = ulong.MaxValue;
                thread.Registers = registers;
                return;
            }
        }

        throw new EngineException(EngineError.Failed, $"thread {thread.Tid} does not leave the vdso");
    }
}
