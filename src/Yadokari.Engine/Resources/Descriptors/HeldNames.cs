using System.Text;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>
/// Names of listening unix sockets that the frozen job itself still has: on a host of the same machine, or one that sees the same
/// files. As locks they can be taken only when it is gone, after the gate.
/// </summary>
public sealed class HeldNames
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";
    private const ulong InodeOffset = 8;

    private readonly Dictionary<string, Slot> _held = [];

    /// <summary>1 in the slot: the name is taken after the gate. Null: it never is.</summary>
    public Slot? Find(string path) => _held.TryGetValue(path, out Slot slot) ? slot : null;

    /// <summary>Goes on there when the file that stands at the path is the one that the job's socket had.</summary>
    /// <param name="status">What stat(2) told of it.</param>
    public void JumpIfOwn(PlanBuilder plan, string path, HostFileImage own, DataReference status, PlanLabel there)
    {
        Slot name = plan.NewSlot(), value = plan.NewSlot();
        PlanLabel other = new("another file");
        _held[path] = name;
        plan.Set(name, 0);
        plan.Do(OperationKind.Load64, value, Argument.AddressOf(status, 0));
        plan.JumpIf(value, Condition.NotEqual, own.Device, other);
        plan.Do(OperationKind.Load64, value, Argument.AddressOf(status, InodeOffset));
        plan.JumpIf(value, Condition.NotEqual, own.Inode, other);
        byte[] expected = Encoding.ASCII.GetBytes(own.BootId);
        DataReference room = plan.Room(expected.Length, "boot_id");
        plan.CallOrJump(value, other, SystemCall.Open, plan.Text(BootIdFile), O_CLOEXEC, 0);
        plan.Try(null, SystemCall.Read, value, room, expected.Length);
        plan.Call(null, SystemCall.Close, value);
        plan.Do(OperationKind.MemoryEqual, value, room, plan.Bytes(expected), expected.Length);
        plan.JumpIf(value, Condition.Equal, 0, other);
        plan.Set(name, 1);
        plan.Jump(there);
        plan.Place(other);
    }
}
