using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>
/// Gets a <see cref="WriteWatch"/> of the memory of a frozen process: only it can make a userfaultfd of its address space. One list of calls makes
/// it, waits until it was fetched, and closes it again: whatever becomes of this program meanwhile, the process keeps none, by
/// which its memory would stay watched. Tracer thread only.
/// </summary>
internal static class WatchArming
{
    private const int Said = 0;
    private const int Number = 8;
    private const int Words = 16;
    private const int PauseNanoseconds = 50_000;
    private const int MostPauses = 4000;

    /// <param name="process">Its threads are at home and outside the vdso.</param>
    /// <param name="lease">See <see cref="RemoteBatch.Create"/>.</param>
    /// <param name="reason">Why there is none.</param>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    public static WriteWatch? TryArm(FrozenProcess process, TimeSpan lease, out string? reason)
    {
        using SafeFileHandle? held = PidFd.OpenForFetching(process.Pid);
        PlanBuilder plan = new();
        DataReference words = plan.Room(Words);
        DataReference isTaken = plan.Room(sizeof(ulong));
        Slot made = plan.NewSlot(), taken = plan.NewSlot(), left = plan.NewSlot();
        PlanLabel again = new("again"), close = new("close"), end = new("end");
        plan.Try(made, SystemCall.Userfaultfd, WriteWatch.Flags);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(words, Number), made);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(words, Said), 1);
        plan.JumpIf(made, Condition.Less, 0, end);
        plan.Set(left, MostPauses);
        plan.Place(again);
        plan.Do(OperationKind.Load64, taken, isTaken);
        plan.JumpIf(taken, Condition.NotEqual, 0, close);
        plan.Pause(PauseNanoseconds);
        plan.Do(OperationKind.Subtract, left, left, 1);
        plan.JumpIf(left, Condition.GreaterOrEqual, 0, again);
        plan.Place(close);
        plan.Try(null, SystemCall.Close, made);
        plan.Place(end);
        plan.Do(OperationKind.Break, null);

        SafeFileHandle? fetched = null;
        bool asked = false;
        byte[] answer = new byte[Words];
        BatchWord? Fetch(RemoteAddress data)
        {
            if (asked || process.Memory.Read(data + (ulong)words.Offset, answer) != Words || answer[Said] == 0)
            {
                return null;
            }

            asked = true;
            int number = (int)BinaryPrimitives.ReadInt64LittleEndian(answer.AsSpan(Number));
            if (number < 0)
            {
                return null;
            }

            try
            {
                fetched = held is null ? null : PidFd.Fetch(held, number);
            }
            catch (SystemCallException)
            {
                // Not permitted: it closes it all the same.
            }

            return new BatchWord(isTaken, 1);
        }

        try
        {
            using RemoteBatch batch = RemoteBatch.Create(process, ProcMaps.ReadMaps(process.Pid) ?? [], lease);
            batch.Run(process.Main, plan.Build(), Fetch);
        }
        catch
        {
            fetched?.Dispose();
            throw;
        }

        int error = (int)BinaryPrimitives.ReadInt64LittleEndian(answer.AsSpan(Number));
        WriteWatch? watch = fetched is null ? null : WriteWatch.TryEnable(fetched);
        if (watch is not null)
        {
            foreach (Vma vma in (ProcMaps.ReadMaps(process.Pid) ?? []).Where(TrackedMemory.MayWatch))
            {
                watch.Add(vma.Start, vma.End);
            }
        }

        reason = watch is not null ? null
            : error < 0 ? $"its memory can't be watched: {Errno.Message(-error)}"
            : fetched is null ? "its memory can't be watched: not permitted"
            : "its memory can't be watched: this kernel does not know how (before 6.7)";
        return watch;
    }
}
