using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>
/// Makes descriptors out of the way of the job's numbers: whatever a call returns is lifted at once to a number from
/// <see cref="DescriptorRestorePlace.FirstFreeNumber"/> on. A few slots are used again and again, as a process may have
/// more descriptors than a plan has slots.
/// </summary>
internal sealed class RestoreTools
{
    private const int DuplicateCommand = 1030; // F_DUPFD_CLOEXEC

    private readonly PlanBuilder plan;
    private readonly DescriptorRestorePlace place;
    private readonly Slot held;
    private readonly Slot second;
    private readonly Slot result;
    private readonly Slot cursor;
    private readonly DataReference pair;
    private readonly DataReference path;

    public RestoreTools(PlanBuilder plan, DescriptorRestorePlace place)
    {
        this.plan = plan;
        this.place = place;
        Raw = plan.NewSlot();
        held = plan.NewSlot();
        second = plan.NewSlot();
        result = plan.NewSlot();
        cursor = plan.NewSlot();
        pair = plan.Room(8, "pair");
        path = plan.Room(40, "/proc/self/fd/N");
    }

    /// <summary>Where a call's own result may be put before <see cref="Lift"/>.</summary>
    public Slot Raw { get; }

    /// <summary>A call that makes a descriptor. The slot is valid until the next one is made.</summary>
    public Slot Make(string message, SystemCall call, params ReadOnlySpan<Argument> arguments)
    {
        plan.CallInto(Raw, message, call, arguments);
        return Lift(Raw);
    }

    /// <summary>Moves a descriptor up. The slot is valid until the next one is made.</summary>
    public Slot Lift(Slot descriptor) => Lift(descriptor, held);

    /// <summary>Another descriptor of the same description. The slot is valid until the next one is made.</summary>
    public Slot Duplicate(Slot descriptor)
    {
        plan.CallInto(held, "too few descriptors: raise ulimit -n", SystemCall.Fcntl, descriptor, DuplicateCommand, place.FirstFreeNumber);
        return held;
    }

    /// <summary>Moves a descriptor up into a slot of the caller's.</summary>
    public Slot Lift(Slot descriptor, Slot into)
    {
        plan.CallInto(into, "too few descriptors: raise ulimit -n", SystemCall.Fcntl, descriptor, DuplicateCommand, place.FirstFreeNumber);
        plan.Call(null, SystemCall.Close, descriptor);
        return into;
    }

    /// <summary>A call that makes two descriptors (pipe2, socketpair). The slots are valid until the next is made by
    /// <see cref="Make"/> or here; <see cref="Reopen"/> leaves them alone.</summary>
    public (Slot First, Slot Second) MakePair(string message, SystemCall call, Func<DataReference, Argument[]> arguments)
    {
        plan.Call(message, call, arguments(pair));
        Slot first = held;
        plan.Do(OperationKind.Load32, Raw, Argument.AddressOf(pair, 0));
        Lift(Raw, first);
        plan.Do(OperationKind.Load32, Raw, Argument.AddressOf(pair, 4));
        Lift(Raw, second);
        return (first, second);
    }

    /// <summary>Opens the file of a descriptor once more. The slot is valid until the next reopening.</summary>
    public Slot Reopen(string message, Slot descriptor, int flags)
    {
        Slot opened = result;
        plan.DescriptorPath(path, cursor, descriptor);
        plan.CallInto(Raw, message, SystemCall.Open, path, flags, 0);
        return Lift(Raw, opened);
    }

    /// <summary>Gives a new file its owner, where whoever resumes may (else it is theirs).</summary>
    public static void Own(PlanBuilder plan, FileOwnerImage? owner, Slot descriptor)
    {
        if (owner is not null)
        {
            plan.Try(null, SystemCall.Fchown, descriptor, owner.Uid, owner.Gid);
        }
    }

    /// <summary>A call that must return exactly this number.</summary>
    public void CheckedWrite(string message, SystemCall call, long expected, params ReadOnlySpan<Argument> arguments)
    {
        PlanLabel whole = new("whole");
        plan.CallInto(result, message, call, arguments);
        plan.JumpIf(result, Condition.Equal, expected, whole);
        plan.Fail($"{message}: it takes less than it held", 1);
        plan.Place(whole);
    }
}
