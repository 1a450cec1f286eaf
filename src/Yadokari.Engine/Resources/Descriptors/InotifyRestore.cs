using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>
/// Watches of an inotify. Numbers go up by one with each watch that is added, also when it is removed again: so each gets its own.
/// While the job is rebuilt its files are opened, which is no event for it: until the gate a watch is for one event only, that its file
/// goes; behind it the mask is set.
/// </summary>
internal static class InotifyRestore
{
    private const uint DeleteSelf = 0x400; // IN_DELETE_SELF
    private const uint NotFollow = 0x2000000; // IN_DONT_FOLLOW
    private const int Refused = 5;
    private const int EventsLength = 4096;

    /// <param name="made">Of the inotify.</param>
    public static void Add(PlanBuilder plan, Slot made, InotifyImage image)
    {
        if (image.Watches.Count == 0)
        {
            return;
        }

        Slot number = plan.NewSlot();
        int before = 0;
        foreach (InotifyWatchImage watch in image.Watches)
        {
            PlanLabel again = new("again"), fits = new("watched"), below = new("below"), taken = new("taken");
            plan.Place(again);
            plan.CallInto(number, $"watch {watch.Path}", SystemCall.Inotify_add_watch, made, plan.Text(watch.Path),
                watch.ByDescriptor ? Argument.Named(DeleteSelf, "IN_DELETE_SELF") : Argument.Named(DeleteSelf | NotFollow, "IN_DELETE_SELF|IN_DONT_FOLLOW"));
            plan.JumpIf(number, Condition.Equal, watch.Watch, fits);
            plan.JumpIf(number, Condition.Less, before + 1, taken);
            plan.JumpIf(number, Condition.Less, watch.Watch, below);
            plan.Place(taken);
            plan.Fail($"{watch.Path} can't be watched under its number {watch.Watch}: it is the same file as another one that is watched", Refused);
            plan.Place(below);
            plan.Call(null, SystemCall.Inotify_rm_watch, made, number);
            plan.Jump(again);
            plan.Place(fits);
            before = watch.Watch;
        }

        // Each that was removed has told of it.
        DataReference events = plan.Room(EventsLength, "events");
        PlanLabel more = new("more"), none = new("none");
        plan.Call(null, SystemCall.Fcntl, made, F_SETFL, O_NONBLOCK);
        plan.Place(more);
        plan.CallOrJump(null, none, SystemCall.Read, made, events, EventsLength);
        plan.Jump(more);
        plan.Place(none);
        plan.Call(null, SystemCall.Fcntl, made, F_SETFL, image.Flags & O_NONBLOCK);
    }

    /// <summary>Behind the gate. What is gone by now has told so itself.</summary>
    public static void Arm(PlanBuilder plan, int number, IReadOnlyList<InotifyWatchImage> watches)
    {
        foreach (InotifyWatchImage watch in watches)
        {
            plan.Try(null, SystemCall.Inotify_add_watch, number, plan.Text(watch.Path), watch.ByDescriptor ? watch.Mask : watch.Mask | NotFollow);
        }
    }
}
