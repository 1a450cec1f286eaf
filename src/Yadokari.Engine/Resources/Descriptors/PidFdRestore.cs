using System.Buffers.Binary;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Clone;
using static Yadokari.Linux.Abi.Wait;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Pidfds, when all processes of the job are there.</summary>
internal static class PidFdRestore
{
    private const int CloneLength = 88;

    /// <returns>Valid until the next descriptor is made.</returns>
    public static Slot Open(RestoreTools tools, Argument process) => tools.Make("pidfd_open", SystemCall.Pidfd_open, process, 0);

    /// <summary>Of a process that ends at once, tells nobody, and is waited for when all that stand for it are open.</summary>
    /// <param name="pid">Its number; null: any.</param>
    /// <param name="put">Takes each descriptor.</param>
    public static void OpenGone(PlanBuilder plan, RestoreTools tools, int? pid, IReadOnlyList<Action<Slot>> put)
    {
        byte[] arguments = new byte[CloneLength];
        BinaryPrimitives.WriteUInt64LittleEndian(arguments, CLONE_PIDFD);
        DataReference descriptor = plan.Room(8, "pidfd");
        arguments[72] = pid is null ? (byte)0 : (byte)1; // set_tid_size
        DataReference clone = plan.Bytes(arguments, "{CLONE_PIDFD}");
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(clone, 8), descriptor);
        if (pid is { } number)
        {
            byte[] tid = new byte[8];
            BinaryPrimitives.WriteInt32LittleEndian(tid, number);
            plan.Do(OperationKind.Store64, null, Argument.AddressOf(clone, 64), plan.Bytes(tid, $"[{number}]"));
        }

        PlanLabel child = new("gone process"), next = new("next");
        Slot made = plan.NewSlot();
        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [clone, CloneLength], Result = made, Target = child, Message = plan.Text("make a process that is gone") });
        plan.Jump(next);
        plan.Place(child);
        plan.Call(null, SystemCall.Exit_group, 0);
        plan.Place(next);
        plan.Do(OperationKind.Load32, tools.Raw, descriptor);
        put[0](tools.Lift(tools.Raw));
        foreach (Action<Slot> further in put.Skip(1))
        {
            further(Open(tools, made));
        }

        plan.Call("wait for a process that is gone", SystemCall.Wait4, made, 0, Argument.Named(__WALL, "__WALL"), 0);
    }
}
