using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Mman;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// A file that its program takes along. What is at its path on the target decides: nothing, and it is made; the same (hosts
/// that share a file system), and that file is used; the beginning of the same (left behind on an earlier visit), and it is
/// replaced; anything else, and the resume is refused. It is made without a name, and gets its name only after the gate: a move
/// that is given up leaves nothing behind.
/// </summary>
internal static class TravellingFileRestore
{
    /// <summary>What <see cref="Find"/> found: nothing.</summary>
    public const int IsNew = 0;

    /// <summary>An older state of it.</summary>
    public const int IsOlder = 1;

    /// <summary>The file itself, or its equal.</summary>
    public const int IsThere = 2;

    private const int Refused = 5;
    private const int FromEnd = 2;
    private const int PrivateAnonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

    /// <summary>Looks at what is at the path, and compares it.</summary>
    /// <param name="low">Gets the descriptor of the file that is used.</param>
    /// <param name="there">Where the plan goes on with it; else it goes on behind.</param>
    /// <returns>One of the constants above.</returns>
    public static Slot Find(PlanContext context, SharedObjectImage shared, Slot low, PlanLabel there)
    {
        PlanBuilder plan = context.Plan;
        (Slot found, Slot size) = (plan.NewSlot(), plan.NewSlot());
        (Slot left, Slot one, Slot other, Slot same) = (plan.NewSlot(), plan.NewSlot(), plan.NewSlot(), plan.NewSlot());
        PlanLabel make = new("make the file"), differs = new("another file");
        plan.Set(found, IsNew);
        plan.CallOrJump(low, make, SystemCall.Open, plan.Text(shared.Travels!), O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0);
        plan.CallInto(size, $"size of {shared.Travels}", SystemCall.Lseek, low, 0, FromEnd);
        plan.JumpIf(shared.Length, Condition.Less, size, differs);
        ulong at = 0;
        foreach (MemorySegment segment in shared.Segments)
        {
            Compare(at, segment.Address - at, null);
            Compare(segment.Address, (ulong)segment.Length, segment);
            at = segment.Address + (ulong)segment.Length;
        }

        Compare(at, (ulong)shared.Length > at ? (ulong)shared.Length - at : 0, null);
        plan.Set(found, IsThere);
        plan.JumpIf(size, Condition.Equal, shared.Length, there);
        plan.Set(found, IsOlder);
        plan.Call(null, SystemCall.Close, low);
        plan.Jump(make);
        plan.Place(differs);
        plan.Fail($"{shared.Travels} travels with the job, and another file is there: move that away first", Refused);
        plan.Place(make);
        return found;

        // A part of the file against that of the context file, or against zeros; as far as the file goes.
        void Compare(ulong start, ulong length, MemorySegment? segment)
        {
            if (length == 0)
            {
                return;
            }

            PlanLabel whole = new("whole"), past = new("past the end");
            plan.Do(OperationKind.Subtract, left, size, start);
            plan.JumpIf(left, Condition.Less, 1, past);
            plan.JumpIf(left, Condition.Less, length, whole);
            plan.Set(left, length);
            plan.Place(whole);
            plan.CallInto(one, $"compare {shared.Travels}", SystemCall.Mmap, 0, length, PROT_READ, MAP_PRIVATE, low, start);
            if (segment is { } own)
            {
                plan.CallInto(other, "map the context file", SystemCall.Mmap, 0, length, PROT_READ, MAP_PRIVATE, context.Self, own.FileOffset);
            }
            else
            {
                plan.CallInto(other, "map zeros", SystemCall.Mmap, 0, length, PROT_READ, PrivateAnonymous, -1, 0);
            }

            plan.Do(OperationKind.MemoryEqual, same, one, other, left);
            plan.Call(null, SystemCall.Munmap, one, length);
            plan.Call(null, SystemCall.Munmap, other, length);
            plan.JumpIf(same, Condition.Equal, 0, differs);
            plan.Place(past);
        }
    }

    /// <summary>The plan runs as whoever resumes, the file is the job's user's.</summary>
    public static void GiveOwner(PlanContext context, Slot file)
    {
        Threads.CredentialsImage user = context.Image.Threads[0].Credentials;
        context.Plan.Try(null, SystemCall.Fchown, file, user.Uids[1], user.Gids[1]);
    }

    /// <summary>As the job's user, who may do no more here than elsewhere. Nothing can be refused any more: should the directory be
    /// full by now, or another file be there, the job writes on in a file without a name.</summary>
    /// <param name="found">What was found; afterwards it says whether the path leads to something else than was made.</param>
    /// <param name="number">A descriptor of the job for the file.</param>
    public static void GiveName(PlanBuilder plan, Slot found, string path, int number)
    {
        PlanLabel link = new("link"), unnamed = new("without a name"), done = new("named");
        DataReference name = plan.Text(path);
        plan.JumpIf(found, Condition.Equal, IsThere, done);
        plan.JumpIf(found, Condition.Equal, IsNew, link);
        plan.Try(null, SystemCall.Unlink, name);
        plan.Place(link);
        plan.CallOrJump(null, unnamed, SystemCall.Linkat, AT_FDCWD, plan.Text($"/proc/self/fd/{number}"), AT_FDCWD, name, AT_SYMLINK_FOLLOW);
        plan.Jump(done);
        plan.Place(unnamed);
        plan.Set(found, IsThere);
        plan.Place(done);
    }
}
