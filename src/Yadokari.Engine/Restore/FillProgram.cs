using System.Buffers.Binary;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Mman;
using static Yadokari.Linux.Abi.Prctl;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Restore;

/// <summary>
/// The plan of a job's process that is made before its job has stopped elsewhere: waiter and init as every job has them, and the process
/// with its number, which has nothing mapped but this plan and does as it is told, order by order (<see cref="FillOrder"/>). When the image
/// is whole, init and process go on with the rest of the plan, which is made then (<see cref="PlanCompiler"/>). Either ends when whoever
/// tells it is gone.
/// <code>
/// region of the image ── this plan's own region ── free
/// </code>
/// </summary>
public static class FillProgram
{
    /// <summary>Descriptors at the start, behind the three streams.</summary>
    public const int Control = 3;

    public const int ExitFile = 4;

    /// <summary>The socket from which orders come.</summary>
    public const int Orders = 5;

    /// <summary>The memory file with the rest of the plan.</summary>
    public const int PlanFile = 6;

    public const int ContextFile = 7;

    /// <summary>So many more descriptors than now may be needed in the end.</summary>
    public const int MoreDescriptors = 256;

    private const int ReadWrite = PROT_READ | PROT_WRITE;
    private const int MoveFixed = MREMAP_MAYMOVE | MREMAP_FIXED;
    private const int Refused = 5;
    private const ulong Region = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;

    public static RestorePlan Compile(FillStart start)
    {
        PlanBuilder plan = new();
        int own = start.FirstOwn;
        PlanLabel init = new("init");
        PlanLabel job = new("job");
        PlanLabel abort = new("abort");
        DataReference all = plan.Bytes([255, 255, 255, 255, 255, 255, 255, 255], "~[]");
        DataReference order = plan.Room(FillOrder.Length, "order");
        Slot child = plan.NewSlot();
        Slot got = plan.NewSlot();
        Slot[] words = [plan.NewSlot(), plan.NewSlot(), plan.NewSlot(), plan.NewSlot()];
        plan.Call("block signals", SystemCall.Rt_sigprocmask, 2, all, 0, 8);
        plan.MapShared();
        ShellPlan.RaiseDescriptorLimit(plan, own + PlanContext.OwnCount + MoreDescriptors);
        foreach ((int from, int to) in (ReadOnlySpan<(int, int)>)[(ExitFile, own), (Control, own + 1), (ContextFile, own + 2), (Orders, OrdersOf(own)), (PlanFile, PlanFileOf(own))])
        {
            plan.Call(null, SystemCall.Dup3, from, to, O_CLOEXEC);
        }

        plan.Set(WellKnownSlots.ErrorDescriptor, own + 1);
        plan.Call(null, SystemCall.Close_range, 0, own - 1, 0);
        plan.Call(null, SystemCall.Close_range, own + PlanContext.OwnCount, uint.MaxValue, 0);

        Slot unshared = plan.NewSlot();
        ShellPlan.EnterNamespaces(plan, unshared);
        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [ShellPlan.CloneArguments(plan, null), 88], Result = child, Target = init, Message = plan.Text("start the job's init") });
        ShellPlan.WaitForInit(plan, own, own, child, held: true);

        plan.Place(init);
        ShellPlan.EmitInitSetup(plan);
        plan.Add(new Operation { Kind = OperationKind.Clone, Number = (int)SystemCall.Clone3, Arguments = [ShellPlan.CloneArguments(plan, start.Pid), 88], Result = child, Target = job, Message = plan.Text($"start process {start.Pid} in its own pid namespace") });
        plan.Call(null, SystemCall.Close, OrdersOf(own));
        Receive(plan, own + 1, order, words, got, abort);
        plan.JumpIf(words[0], Condition.NotEqual, (long)FillOrderKind.Enter, abort);
        Enter(plan, start, words, got, ofJob: false);
        plan.Place(abort);
        plan.Try(null, SystemCall.Kill, child, 9);
        plan.Call(null, SystemCall.Exit_group, Refused);

        plan.Place(job);
        plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_THP_DISABLE, "PR_SET_THP_DISABLE"), 1, 0, 0, 0);
        VdsoRestore.Park(plan, start.Vdso, start.OwnBase + FillStart.OwnLength);
        VdsoRestore.UnmapOthers(plan, start.OwnBase, FillStart.OwnLength);
        Obey(plan, start, order, words, got);
        return plan.Build();
    }

    public static int OrdersOf(int firstOwn) => firstOwn + PlanContext.OwnCount - 2;

    public static int PlanFileOf(int firstOwn) => firstOwn + PlanContext.OwnCount - 1;

    /// <summary>The next order, or the end of whoever gives them.</summary>
    private static void Receive(PlanBuilder plan, int socket, DataReference order, Slot[] words, Slot got, PlanLabel end)
    {
        plan.Try(got, SystemCall.Recvfrom, socket, order, FillOrder.Length, Argument.Named(MSG_WAITALL, "MSG_WAITALL"), 0, 0);
        plan.JumpIf(got, Condition.NotEqual, FillOrder.Length, end);
        for (int i = 0; i < words.Length; i++)
        {
            plan.Do(OperationKind.Load64, words[i], Argument.AddressOf(order, (ulong)i * 8));
        }
    }

    private static void Obey(PlanBuilder plan, FillStart start, DataReference order, Slot[] words, Slot got)
    {
        (Slot a, Slot b, Slot c) = (words[1], words[2], words[3]);
        PlanLabel again = new("next order");
        PlanLabel end = new("end");
        plan.Place(again);
        Receive(plan, OrdersOf(start.FirstOwn), order, words, got, end);
        void When(FillOrderKind kind, Action emit)
        {
            PlanLabel other = new("another order");
            plan.JumpIf(words[0], Condition.NotEqual, (long)kind, other);
            emit();
            plan.Jump(again);
            plan.Place(other);
        }

        When(FillOrderKind.Read, () =>
        {
            PlanLabel whole = new("read");
            plan.CallInto(got, "read the context file", SystemCall.Pread64, start.FirstOwn + 2, a, b, c);
            plan.JumpIf(got, Condition.Equal, b, whole);
            plan.Fail("the context file ends too early", Refused);
            plan.Place(whole);
        });
        When(FillOrderKind.Advise, () => plan.Try(null, SystemCall.Madvise, a, b, c));
        When(FillOrderKind.Touch, () => plan.Do(OperationKind.Store64, null, a, 0));
        When(FillOrderKind.Map, () => plan.Call("map memory", SystemCall.Mmap, a, b, ReadWrite, c, -1, 0));
        When(FillOrderKind.Unmap, () => plan.Call("unmap memory", SystemCall.Munmap, a, b));
        When(FillOrderKind.Drop, () => plan.Call("drop memory", SystemCall.Madvise, a, b, Argument.Named(MADV_DONTNEED, "MADV_DONTNEED")));
        When(FillOrderKind.SmallPages, () => plan.Try(null, SystemCall.Prctl, Argument.Named(PR_SET_THP_DISABLE, "PR_SET_THP_DISABLE"), a, 0, 0, 0));
        When(FillOrderKind.Answer, () => plan.Call("answer", SystemCall.Sendto, OrdersOf(start.FirstOwn), order, 1, Argument.Named(MSG_NOSIGNAL, "MSG_NOSIGNAL"), 0, 0));
        When(FillOrderKind.Streams, () => TakeStreams(plan, start.FirstOwn, got));
        plan.JumpIf(words[0], Condition.NotEqual, (long)FillOrderKind.Enter, end);
        Enter(plan, start, words, got, ofJob: true);
        plan.Place(end);
        plan.Call(null, SystemCall.Exit_group, 0);
    }

    /// <summary>One message with three descriptors (SCM_RIGHTS): unix(7), cmsg(3).</summary>
    private static void TakeStreams(PlanBuilder plan, int firstOwn, Slot got)
    {
        const int streams = 3, numbers = 16, controlLength = 32; // CMSG_SPACE(3 * 4)
        DataReference bytes = plan.Room(8, "byte");
        DataReference control = plan.Room(controlLength, "descriptors");
        DataReference vector = plan.Room(16, "{byte, 1}");
        byte[] head = new byte[56];
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(24), 1); // msg_iovlen
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(40), controlLength); // msg_controllen
        DataReference message = plan.Bytes(head, "{msghdr}");
        plan.Do(OperationKind.Store64, null, vector, bytes);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(vector, 8), 1);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(message, 16), vector);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(message, 32), control);
        plan.CallInto(got, "receive the streams", SystemCall.Recvmsg, OrdersOf(firstOwn), message, Argument.Named(MSG_CMSG_CLOEXEC, "MSG_CMSG_CLOEXEC"));
        for (int i = 0; i < streams; i++)
        {
            plan.Do(OperationKind.Load32, got, Argument.AddressOf(control, (ulong)(numbers + (i * 4))));
            plan.Call("take a stream", SystemCall.Dup3, got, firstOwn + 3 + i, O_CLOEXEC);
            plan.Call(null, SystemCall.Close, got);
        }
    }

    /// <summary>Makes the region, reads the rest of the plan into it, and goes on there.</summary>
    private static void Enter(PlanBuilder plan, FillStart start, Slot[] words, Slot got, bool ofJob)
    {
        (Slot length, Slot operation, Slot shared) = (words[1], words[2], words[3]);
        PlanLabel whole = new("plan read");
        RemoteAddress region = new(start.RegionBase);
        plan.Call("map the region", SystemCall.Mmap, region, start.RegionLength, 7, Argument.Named(Region, "MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE|MAP_FIXED_NOREPLACE"), -1, 0);
        plan.CallInto(got, "read the plan", SystemCall.Pread64, PlanFileOf(start.FirstOwn), region, length, 0);
        plan.JumpIf(got, Condition.Equal, length, whole);
        plan.Fail("the plan ends too early", Refused);
        plan.Place(whole);

        // The same pages once more (mremap(2) of a shared mapping from length 0): waiter, init and process have them in common.
        plan.Do(OperationKind.Add, shared, shared, region);
        plan.Call("share pages", SystemCall.Mremap, Argument.InShared(0, "shared"), 0, RemoteAddress.PageSize, Argument.Named(MoveFixed, "MREMAP_MAYMOVE|MREMAP_FIXED"), shared);
        for (int slot = 0; slot < WellKnownSlots.FirstFree; slot++)
        {
            plan.Do(OperationKind.Store64, null, new RemoteAddress(start.RegionBase + RegionLayout.OwnOffset + ((ulong)slot * 8)), new Slot(slot));
        }

        if (ofJob)
        {
            VdsoRestore.ParkElsewhere(plan, start.Vdso, start.OwnBase + FillStart.OwnLength, start.RegionBase + start.RegionLength);
        }

        plan.Do(OperationKind.Enter, null, region, operation);
    }
}
