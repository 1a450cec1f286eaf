using System.Buffers.Binary;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Mman;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>
/// Makes contexts of io_setup(2). The kernel puts each where it likes, and follows it when it is moved to its place (aio_ring_mremap);
/// where the next event goes only it knows, and it goes on with each request that is done.
/// </summary>
internal static class AioContextRestore
{
    private const int RequestLength = 64; // struct iocb
    private const int FileOffset = 20;
    private const int BufferOffset = 24;
    private const ushort Write = 1; // IOCB_CMD_PWRITE
    private const int Refused = 5;
    private const int MayMoveFixed = MREMAP_MAYMOVE | MREMAP_FIXED;

    /// <summary>Makes a mapping, if it is the ring of one.</summary>
    /// <returns>False for one of anything else.</returns>
    public static bool TryMake(PlanContext context, MappingImage mapping)
    {
        if (mapping.Kind != MappingKind.AioContext)
        {
            return false;
        }

        AioContextImage image = context.Image.Memory.AioContexts.First(one => one.Start == mapping.Start);
        Place(context.Plan, mapping);
        if (image.Tail != 0 || image.Head != 0)
        {
            Fill(context, mapping, image);
        }

        return true;
    }

    private static void Place(PlanBuilder plan, MappingImage mapping)
    {
        uint room = AioContextImage.Room(mapping.Length);
        DataReference id = plan.Room(sizeof(ulong), "context");
        Slot ring = plan.NewSlot(), at = plan.NewSlot(), has = plan.NewSlot();
        PlanLabel fits = new($"context for {room} events");
        plan.Call("make a context of asynchronous input and output (io_setup)", SystemCall.Io_setup, AioContexts.RequestsFor(mapping.Length), id);
        plan.Do(OperationKind.Load64, ring, id);
        plan.Do(OperationKind.Add, at, ring, AioContextImage.RoomOffset);
        plan.Do(OperationKind.Load32, has, at);
        plan.JumpIf(has, Condition.Equal, room, fits);
        plan.Fail(AioContexts.TooShort(mapping.Length), Refused);
        plan.Place(fits);
        plan.Call("put a context of io_setup to its place", SystemCall.Mremap, ring, mapping.Length, mapping.Length, MayMoveFixed, new RemoteAddress(mapping.Start));
    }

    /// <summary>Requests that write nothing to a file in memory are done at once: those before the head are taken, the others become what waits.</summary>
    private static void Fill(PlanContext context, MappingImage mapping, AioContextImage image)
    {
        PlanBuilder plan = context.Plan;
        byte[] bytes = new byte[RequestLength];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(AioContextImage.OpcodeOffset), Write);
        DataReference request = plan.Bytes(bytes, "{nothing is written}");
        DataReference list = plan.Room(sizeof(ulong), "{request}");
        plan.CallInto(context.Passing, null, SystemCall.Memfd_create, plan.Text("yadokari-aio"), MFD_CLOEXEC);
        plan.Do(OperationKind.Store32, null, Argument.AddressOf(request, FileOffset), context.Passing);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(request, BufferOffset), request);
        plan.Do(OperationKind.Store64, null, list, request);
        Advance(plan, mapping, image.Head, list, plan.Room(AioContextImage.EventLength, "{event}"));
        Advance(plan, mapping, image.Tail, list, null);
        plan.Call(null, SystemCall.Close, context.Passing);
        if (image.Events.Length == 0)
        {
            return;
        }

        int atEnd = (int)Math.Min((ulong)image.Events.Length, (ulong)(AioContextImage.Room(mapping.Length) - image.Head) * AioContextImage.EventLength);
        Slot cursor = plan.NewSlot();
        Put(image.Head, image.Events.AsSpan(0, atEnd));
        Put(0, image.Events.AsSpan(atEnd));

        void Put(uint number, ReadOnlySpan<byte> events)
        {
            if (events.Length > 0)
            {
                plan.Set(cursor, new RemoteAddress(mapping.Start) + AioContextImage.HeaderLength + ((ulong)number * AioContextImage.EventLength));
                plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(cursor), plan.Bytes(events, "{events}"), events.Length);
            }
        }
    }

    /// <param name="taken">Room for what is taken at once; null: nothing is.</param>
    private static void Advance(PlanBuilder plan, MappingImage mapping, uint to, DataReference list, DataReference? taken)
    {
        RemoteAddress ring = new(mapping.Start);
        Slot at = plan.NewSlot();
        PlanLabel again = new("one more event"), done = new("events made");
        plan.Place(again);
        plan.Do(OperationKind.Load32, at, ring + AioContextImage.TailOffset);
        plan.JumpIf(at, Condition.Equal, to, done);
        plan.Call("bring a context of io_setup to where it was", SystemCall.Io_submit, ring, 1, list);
        if (taken is not null)
        {
            plan.Call(null, SystemCall.Io_getevents, ring, 1, 1, taken, 0);
        }

        plan.Jump(again);
        plan.Place(done);
    }
}
