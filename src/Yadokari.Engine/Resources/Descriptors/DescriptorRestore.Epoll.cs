using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>What epolls watch.</content>
public sealed partial class DescriptorRestore
{
    private void Watch(int number, IReadOnlyList<EpollTargetImage> targets)
    {
        const int add = 1;
        foreach (EpollTargetImage target in targets)
        {
            if (target.Source >= 0)
            {
                WatchUnder(number, target);
                continue;
            }

            // struct epoll_event is packed on x86-64: u32 events, u64 data.
            byte[] entry = new byte[12];
            BitConverter.TryWriteBytes(entry, target.Events);
            BitConverter.TryWriteBytes(entry.AsSpan(4), target.Data);
            if (target.MayFail)
            {
                _plan.Try(null, SystemCall.Epoll_ctl, number, add, target.Number, _plan.Bytes(entry));
            }
            else
            {
                _plan.Call($"watch descriptor {target.Number} by epoll {number}", SystemCall.Epoll_ctl, number, add, target.Number, _plan.Bytes(entry));
            }
        }
    }

    /// <summary>What was closed under the number that it is watched by, and lives on by another: it has the first for a moment.</summary>
    private void WatchUnder(int epoll, EpollTargetImage target)
    {
        const int add = 1;
        byte[] entry = new byte[12];
        BitConverter.TryWriteBytes(entry, target.Events);
        BitConverter.TryWriteBytes(entry.AsSpan(4), target.Data);
        PlanLabel none = new("none"), done = new("watched");
        Slot kept = _tools.Raw;
        bool closes = _table.Descriptions.SelectMany(image => image.Numbers).Any(one => one.Number == target.Number && one.CloseOnExec);
        _plan.Try(kept, SystemCall.Fcntl, target.Number, F_DUPFD_CLOEXEC, _place.FirstFreeNumber);
        _plan.Call($"open descriptor {target.Number}", SystemCall.Dup3, target.Source, target.Number, O_CLOEXEC);
        _plan.Try(null, SystemCall.Epoll_ctl, epoll, add, target.Number, _plan.Bytes(entry));
        _plan.JumpIf(kept, Condition.Less, 0, none);
        _plan.Call($"open descriptor {target.Number}", SystemCall.Dup3, kept, target.Number, closes ? O_CLOEXEC : 0);
        _plan.Call(null, SystemCall.Close, kept);
        _plan.Jump(done);
        _plan.Place(none);
        _plan.Call(null, SystemCall.Close, target.Number);
        _plan.Place(done);
    }
}
