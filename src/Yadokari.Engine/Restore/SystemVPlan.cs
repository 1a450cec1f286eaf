using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Prctl;

namespace Yadokari.Engine.Restore;

/// <summary>What the three sorts of System V objects have in common when they are made again, in an IPC namespace of the job's own.</summary>
internal static class SystemVPlan
{
    private const int Refused = 5;
    private const int Set = 1; // IPC_SET
    private const int ExclusiveForOwner = 0x780; // IPC_CREAT|IPC_EXCL|0600; what it is in the end comes last
    private const ulong Same = ulong.MaxValue;
    private const int UidOffset = 4;
    private const int GidOffset = 8;
    private const int ModeOffset = 20;

    /// <summary>Makes an object by shmget, semget or msgget, with the id that it had.</summary>
    /// <param name="kind">shm, sem or msg: the kernel's name.</param>
    /// <param name="size">For shmget and semget.</param>
    public static void Make(PlanBuilder plan, string kind, SystemCall call, SystemVName name, Argument? size)
    {
        PlanLabel made = new("made");
        Slot user = plan.CallResult(null, SystemCall.Geteuid);
        Slot group = plan.CallResult(null, SystemCall.Getegid);
        byte[] id = Encoding.ASCII.GetBytes(name.Id.ToString(CultureInfo.InvariantCulture));
        ShellPlan.WriteFile(plan, $"/proc/sys/kernel/{kind}_next_id", plan.Bytes(id, $"\"{name.Id}\""), id.Length, required: false);
        AsCreator(plan, name, user);
        Slot result = plan.NewSlot();
        ulong key = (uint)name.Key;
        if (size is { } bytes)
        {
            plan.CallInto(result, $"make {kind} {name.Id}", call, key, bytes, ExclusiveForOwner);
        }
        else
        {
            plan.CallInto(result, $"make {kind} {name.Id}", call, key, ExclusiveForOwner);
        }

        AsBefore(plan, name, user, group);
        plan.JumpIf(result, Condition.Equal, name.Id, made);
        plan.Fail($"System V object {name.Id} ({kind}) can't keep its id here (/proc/sys/kernel/{kind}_next_id may not be written)", Refused);
        plan.Place(made);
    }

    /// <summary>Gives it owner and mode. Where whoever resumes may not give it away, it is theirs.</summary>
    /// <param name="control">shmctl, semctl or msgctl.</param>
    /// <param name="length">Bytes of the structure that it takes.</param>
    /// <param name="fill">Puts more into that.</param>
    public static void Own(PlanBuilder plan, SystemCall control, SystemVName name, int length, Action<byte[]>? fill = null)
    {
        byte[] bytes = new byte[length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(UidOffset), name.Uid);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(GidOffset), name.Gid);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(ModeOffset), name.Mode);
        fill?.Invoke(bytes);
        DataReference facts = plan.Bytes(bytes, $"{{uid={name.Uid}, gid={name.Gid}, mode={Convert.ToString(name.Mode, 8)}}}");
        PlanLabel foreign = new("not to be given away"), owned = new("owned");
        plan.CallOrJump(null, foreign, control, Arguments(control, name.Id, facts));
        plan.Jump(owned);
        plan.Place(foreign);
        plan.Do(OperationKind.Store32, null, Argument.AddressOf(facts, UidOffset), plan.CallResult(null, SystemCall.Geteuid));
        plan.Do(OperationKind.Store32, null, Argument.AddressOf(facts, GidOffset), plan.CallResult(null, SystemCall.Getegid));
        plan.Call($"set owner and mode of System V object {name.Id}", control, Arguments(control, name.Id, facts));
        plan.Place(owned);
    }

    private static Argument[] Arguments(SystemCall control, int id, DataReference facts) =>
        control == SystemCall.Semctl ? [id, 0, Argument.Named(Set, "IPC_SET"), facts] : [id, Argument.Named(Set, "IPC_SET"), facts];

    /// <summary>The maker is told for ever; only root can make something for another.</summary>
    private static void AsCreator(PlanBuilder plan, SystemVName name, Slot user)
    {
        if (name is { CreatorUid: 0, CreatorGid: 0 })
        {
            return;
        }

        PlanLabel ordinary = new("as oneself");
        plan.JumpIf(user, Condition.NotEqual, 0, ordinary);
        plan.Try(null, SystemCall.Setresgid, Same, name.CreatorGid, Same);
        plan.Try(null, SystemCall.Setresuid, Same, name.CreatorUid, Same);
        plan.Place(ordinary);
    }

    private static void AsBefore(PlanBuilder plan, SystemVName name, Slot user, Slot group)
    {
        if (name is { CreatorUid: 0, CreatorGid: 0 })
        {
            return;
        }

        PlanLabel ordinary = new("as oneself");
        plan.JumpIf(user, Condition.NotEqual, 0, ordinary);
        plan.Call(null, SystemCall.Setresuid, Same, user, Same);
        plan.Call(null, SystemCall.Setresgid, Same, group, Same);

        // The kernel takes that away when the user changes.
        plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_DUMPABLE, "PR_SET_DUMPABLE"), 1);
        plan.Place(ordinary);
    }
}
