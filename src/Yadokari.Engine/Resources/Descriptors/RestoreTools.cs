using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>
/// Makes descriptors out of the way of the job's numbers: whatever a call returns is lifted at once to a number from
/// <see cref="DescriptorRestorePlace.FirstFreeNumber"/> on. A few slots are used again and again, as a process may have
/// more descriptors than a plan has slots.
/// </summary>
internal sealed class RestoreTools
{
    private readonly PlanBuilder _plan;
    private readonly DescriptorRestorePlace _place;
    private readonly Slot _held;
    private readonly Slot _second;
    private readonly Slot _result;
    private readonly Slot _cursor;
    private readonly DataReference _pair;
    private readonly DataReference _path;

    public RestoreTools(PlanBuilder plan, DescriptorRestorePlace place)
    {
        _plan = plan;
        _place = place;
        Raw = plan.NewSlot();
        _held = plan.NewSlot();
        _second = plan.NewSlot();
        _result = plan.NewSlot();
        _cursor = plan.NewSlot();
        _pair = plan.Room(8, "pair");
        _path = plan.Room(40, "/proc/self/fd/N");
    }

    /// <summary>Where a call's own result may be put before <see cref="Lift"/>.</summary>
    public Slot Raw { get; }

    /// <summary>A call that makes a descriptor. The slot is valid until the next one is made.</summary>
    public Slot Make(string message, SystemCall call, params ReadOnlySpan<Argument> arguments)
    {
        _plan.CallInto(Raw, message, call, arguments);
        return Lift(Raw);
    }

    /// <summary>Moves a descriptor up. The slot is valid until the next one is made.</summary>
    public Slot Lift(Slot descriptor) => Lift(descriptor, _held);

    /// <summary>Another descriptor of the same description. The slot is valid until the next one is made.</summary>
    public Slot Duplicate(Slot descriptor)
    {
        _plan.CallInto(_held, "too few descriptors: raise ulimit -n", SystemCall.Fcntl, descriptor, F_DUPFD_CLOEXEC, _place.FirstFreeNumber);
        return _held;
    }

    /// <summary>Moves a descriptor up into a slot of the caller's.</summary>
    public Slot Lift(Slot descriptor, Slot into)
    {
        _plan.CallInto(into, "too few descriptors: raise ulimit -n", SystemCall.Fcntl, descriptor, F_DUPFD_CLOEXEC, _place.FirstFreeNumber);
        _plan.Call(null, SystemCall.Close, descriptor);
        return into;
    }

    /// <summary>A call that makes two descriptors (pipe2, socketpair). The slots are valid until the next is made by
    /// <see cref="Make"/> or here; <see cref="Reopen"/> leaves them alone.</summary>
    public (Slot First, Slot Second) MakePair(string message, SystemCall call, Func<DataReference, Argument[]> arguments)
    {
        _plan.Call(message, call, arguments(_pair));
        Slot first = _held;
        _plan.Do(OperationKind.Load32, Raw, Argument.AddressOf(_pair, 0));
        Lift(Raw, first);
        _plan.Do(OperationKind.Load32, Raw, Argument.AddressOf(_pair, 4));
        Lift(Raw, _second);
        return (first, _second);
    }

    /// <summary>Opens the file of a descriptor once more. The slot is valid until the next reopening.</summary>
    public Slot Reopen(string message, Slot descriptor, int flags)
    {
        Slot opened = _result;
        _plan.DescriptorPath(_path, _cursor, descriptor);
        _plan.CallInto(Raw, message, SystemCall.Open, _path, flags, 0);
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
        _plan.CallInto(_result, message, call, arguments);
        _plan.JumpIf(_result, Condition.Equal, expected, whole);
        _plan.Fail($"{message}: it takes less than it held", 1);
        _plan.Place(whole);
    }
}
