using System.Buffers.Binary;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Resources.Process;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Capture;

/// <summary>
/// What is undone to System V semaphores at the end of a process (SEM_UNDO, semop(2)). The kernel tells nobody; but an operation that
/// would take it out of its bounds fails (ERANGE) before a later one that would have to wait (EAGAIN), and of a list of operations of
/// which one fails none is done (perform_atomic_semop_slow, ipc/sem.c). So it is found by halving, and nothing is changed.
/// </summary>
internal static class SemaphoreUndos
{
    /// <summary>What is undone lies in −32768 … 32767 (SEMAEM): a change by so much takes zero to the end, and one more beyond it.</summary>
    private const int Bound = 32768;

    /// <summary>Semaphores that are asked for at once.</summary>
    private const int AtOnce = 256;

    /// <summary>Whether a process may have something that is undone. For certain it has not, when it has the same list as a process that is no relative: none.</summary>
    /// <param name="outside">Processes that are not the job's.</param>
    public static bool MayHave(FrozenProcess process, IReadOnlyList<int> outside) => !outside.Any(other => Kcmp.SharesUndo(process.Main.Tid, other));

    /// <summary>A thread with a list of its own (unshare(2), or made without CLONE_SYSVSEM); 0: all have the same.</summary>
    public static int Apart(FrozenProcess process) =>
        process.Threads.FirstOrDefault(thread => thread != process.Main && !Kcmp.SharesUndo(process.Main.Tid, thread.Tid))?.Tid ?? 0;

    /// <summary>Asks a process. It has a list afterwards, which may be empty.</summary>
    /// <param name="sets">The sets that there are.</param>
    /// <param name="error">Number of the error when that can't be told; else 0.</param>
    public static IReadOnlyList<SemaphoreUndoImage> Ask(FrozenProcess process, RemoteBatch batch, IReadOnlyList<SemaphoreSetImage> sets, out int error)
    {
        List<SemaphoreUndoImage> found = [];
        foreach (SemaphoreSetImage set in sets)
        {
            int count = set.Values.Length / sizeof(ushort);
            for (int first = 0; first < count; first += AtOnce)
            {
                int some = Math.Min(AtOnce, count - first);
                int[] answers = Probe(process, batch, set, [.. Enumerable.Range(first, some).SelectMany(number => new[] { (number, Bound), (number, Bound + 1) })]);
                if (answers.FirstOrDefault(answer => answer is not (Errno.EAGAIN or Errno.ERANGE)) is var other and not 0)
                {
                    error = other;
                    return [];
                }

                for (int i = 0; i < some; i++)
                {
                    if (answers[2 * i] != Errno.EAGAIN || answers[(2 * i) + 1] != Errno.ERANGE)
                    {
                        found.Add(new SemaphoreUndoImage(set.Name.Id, first + i, Find(process, batch, set, first + i)));
                    }
                }
            }
        }

        error = 0;
        return found;
    }

    private static int Find(FrozenProcess process, RemoteBatch batch, SemaphoreSetImage set, int number)
    {
        int within = 0, beyond = 2 * Bound;
        while (beyond - within > 1)
        {
            int middle = (within + beyond) / 2;
            bool isBeyond = Probe(process, batch, set, [(number, middle)])[0] == Errno.ERANGE;
            (within, beyond) = isBeyond ? (within, middle) : (middle, beyond);
        }

        return within - Bound;
    }

    /// <returns>For each semaphore and change the error with which it fails: ERANGE where it takes what is undone out of its bounds.</returns>
    private static int[] Probe(FrozenProcess process, RemoteBatch batch, SemaphoreSetImage set, IReadOnlyList<(int Number, int Change)> probes)
    {
        PlanBuilder plan = new();
        DataReference answers = plan.Room(probes.Count * sizeof(long));
        Slot answer = plan.NewSlot();
        for (int i = 0; i < probes.Count; i++)
        {
            (int number, int change) = probes[i];
            SemaphoreOperations operations = new SemaphoreOperations(number, set.Value(number)).Adjust(-change).Fail();
            plan.Try(answer, SystemCall.Semop, set.Name.Id, operations.In(plan), operations.Count);
            plan.Do(OperationKind.Store64, null, Argument.AddressOf(answers, (ulong)i * sizeof(long)), answer);
        }

        plan.Do(OperationKind.Break, null);
        byte[] data = batch.Run(process.Main, plan.Build());
        return [.. Enumerable.Range(0, probes.Count).Select(i => (int)-BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(answers.Offset + (i * sizeof(long)))))];
    }
}
