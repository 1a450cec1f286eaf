using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Resources.Process;

/// <summary>What an IPC namespace holds besides memory, made again by the main process.</summary>
internal static class IpcRestore
{
    private const int SetAll = 17; // SETALL
    private const int SetFactsLength = 104; // struct semid64_ds
    private const int QueueFactsLength = 120; // struct msqid64_ds
    private const int MaxBytesOffset = 88; // msg_qbytes
    private const int NoWait = 0x800; // IPC_NOWAIT
    private const int UsualLetter = 8192;
    private const int UsualQueue = 16384;

    public static void Make(PlanContext context)
    {
        if (context.Tree.Ipc is not { } ipc)
        {
            return;
        }

        PlanBuilder plan = context.Plan;
        foreach (SemaphoreSetImage set in ipc.Semaphores)
        {
            SystemVPlan.Make(plan, "sem", SystemCall.Semget, set.Name, set.Values.Length / 2);
            plan.Call($"values of semaphores {set.Name.Id}", SystemCall.Semctl, set.Name.Id, 0, Argument.Named(SetAll, "SETALL"), plan.Bytes(set.Values, "values"));
            SystemVPlan.Own(plan, SystemCall.Semctl, set.Name, SetFactsLength);
        }

        // A new namespace has the usual limits; only root may raise them, and need not if nothing goes beyond.
        Raise(plan, "/proc/sys/kernel/msgmax", UsualLetter, ipc.Queues.SelectMany(queue => queue.Letters).Select(letter => (long)letter.Bytes.Length));
        Raise(plan, "/proc/sys/kernel/msgmnb", UsualQueue, ipc.Queues.Select(queue => queue.MaxBytes));
        foreach (MessageQueueImage queue in ipc.Queues)
        {
            Make(plan, queue);
        }

        context.Queues.Make(plan);
    }

    /// <summary>In each process: what is undone to semaphores at its end. Nobody else runs yet.</summary>
    public static void Adjust(PlanContext context)
    {
        foreach (SemaphoreUndoImage undo in context.Image.SemaphoreUndos)
        {
            SemaphoreSetImage set = context.Tree.Ipc!.Semaphores.First(one => one.Name.Id == undo.Set);
            SemaphoreOperations operations = new SemaphoreOperations(undo.Number, set.Value(undo.Number)).Adjust(undo.Adjustment);
            context.Plan.Call($"what is undone to semaphore {undo.Number} of System V semaphores {undo.Set}", SystemCall.Semop, undo.Set, operations.In(context.Plan), operations.Count);
        }
    }

    private static void Make(PlanBuilder plan, MessageQueueImage queue)
    {
        SystemVPlan.Make(plan, "msg", SystemCall.Msgget, queue.Name, size: null);
        SystemVName own = queue.Name with { Mode = 0x180 };
        SystemVPlan.Own(plan, SystemCall.Msgctl, own, QueueFactsLength, Fill);
        foreach (LetterImage letter in queue.Letters)
        {
            byte[] bytes = new byte[sizeof(long) + letter.Bytes.Length];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, letter.Type);
            letter.Bytes.CopyTo(bytes.AsSpan(sizeof(long)));
            plan.Call($"fill message queue {queue.Name.Id}", SystemCall.Msgsnd, queue.Name.Id, plan.Bytes(bytes, $"{{type {letter.Type}}}"), letter.Bytes.Length, Argument.Named(NoWait, "IPC_NOWAIT"));
        }

        SystemVPlan.Own(plan, SystemCall.Msgctl, queue.Name, QueueFactsLength, Fill);

        void Fill(byte[] facts) => BinaryPrimitives.WriteInt64LittleEndian(facts.AsSpan(MaxBytesOffset), queue.MaxBytes);
    }

    /// <summary>Raises a limit of the namespace, where that may be done, if something goes beyond.</summary>
    /// <param name="usual">That of a new one.</param>
    internal static void Raise(PlanBuilder plan, string path, long usual, IEnumerable<long> needed)
    {
        long most = needed.DefaultIfEmpty().Max();
        if (most > usual)
        {
            byte[] text = Encoding.ASCII.GetBytes(most.ToString(CultureInfo.InvariantCulture));
            ShellPlan.WriteFile(plan, path, plan.Bytes(text, $"\"{most}\""), text.Length, required: false);
        }
    }
}
