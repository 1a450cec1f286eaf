using System.Buffers.Binary;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>
/// Takes the messages of a POSIX queue, and puts them back, in one batch inside a process that has it open: the kernel lets nobody look.
/// Should this program die meanwhile, the batch comes to its end by itself. They are received in the order in which they were before: who
/// receives takes the oldest of the highest priority, and so they are sent again.
/// </summary>
internal sealed class PosixQueueCapture
{
    /// <summary>For all messages of a queue, each with a head: what is borrowed of the process has room for no more.</summary>
    private const int MostRoom = 160 * 1024;

    private const int HeadLength = 16; // length, priority
    private const int ReportLength = 24; // error of the first call that failed, messages taken, messages put back

    private readonly PlanBuilder _plan = new();
    private readonly int _count;
    private readonly DataReference _report;
    private readonly DataReference _room;

    private PosixQueueCapture(MessageQueueFile facts)
    {
        _count = facts.Messages;
        _report = _plan.Room(ReportLength, "report");
        _room = _plan.Room((int)Room(facts), "messages");
    }

    /// <summary>What can't be, found out while nobody touches anything.</summary>
    /// <returns>What is wrong with it; null: nothing.</returns>
    public static string? WhyNot(MessageQueueFile facts) =>
        facts.ToldProcess != 0 ? $"tells process {facts.ToldProcess} of its next message (mq_notify), with what, nobody can see; let it be told first"
        : Room(facts) > MostRoom ? $"holds {facts.Bytes} bytes in {facts.Messages} messages, more than can be looked at; receive some first"
        : null;

    /// <summary>The name in the link of a descriptor, which may be removed.</summary>
    public static string NameOf(string link) => (link.EndsWith(Vma.RemovedSuffix, StringComparison.Ordinal) ? link[..^Vma.RemovedSuffix.Length] : link).TrimStart('/');

    /// <param name="frozen">Has it open.</param>
    /// <param name="number">By this number.</param>
    /// <param name="facts">What it told when its processes stood still.</param>
    /// <param name="error">Of what failed; 0: nothing.</param>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    public static IReadOnlyList<PosixMessageImage> Run(FrozenProcess frozen, RemoteBatch batch, int number, MessageQueueFile facts, out int error)
    {
        PosixQueueCapture capture = new(facts);
        capture.Emit(number);
        return capture.Read(batch.Run(frozen.Main, capture._plan.Build()), out error);
    }

    private static long Room(MessageQueueFile facts) => facts.Bytes + ((facts.Messages + 1L) * HeadLength);

    private void Emit(int number)
    {
        PlanLabel take = new("take"), back = new("put back"), put = new("put"), close = new("close"), end = new("end");
        Slot queue = _plan.NewSlot(), at = _plan.NewSlot(), body = _plan.NewSlot(), priority = _plan.NewSlot();
        Slot taken = _plan.NewSlot(), returned = _plan.NewSlot(), length = _plan.NewSlot(), error = _plan.NewSlot();
        _plan.Set(taken, 0);
        _plan.Set(returned, 0);
        _plan.Set(error, 0);
        _plan.Try(queue, SystemCall.Open, _plan.Text($"/proc/self/fd/{number}"), O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
        _plan.Set(error, queue);
        _plan.JumpIf(queue, Condition.Less, 0, end);
        _plan.Set(error, 0);

        _plan.Set(at, _room);
        _plan.Place(take);
        _plan.JumpIf(taken, Condition.GreaterOrEqual, _count, back);
        _plan.Do(OperationKind.Add, priority, at, sizeof(long));
        _plan.Do(OperationKind.Add, body, at, HeadLength);
        _plan.CallOrJump(length, back, SystemCall.Mq_timedreceive, queue, body, PosixQueueImage.HardLongestMessage, priority, 0);
        _plan.Do(OperationKind.Store64, null, at, length);
        _plan.Do(OperationKind.Add, at, body, length);
        _plan.Do(OperationKind.Add, taken, taken, 1);
        _plan.Jump(take);

        _plan.Place(back);
        _plan.Set(at, _room);
        _plan.Place(put);
        _plan.JumpIf(returned, Condition.GreaterOrEqual, taken, close);
        _plan.Do(OperationKind.Load64, length, at);
        _plan.Do(OperationKind.Add, priority, at, sizeof(long));
        _plan.Do(OperationKind.Load32, priority, priority);
        _plan.Do(OperationKind.Add, body, at, HeadLength);
        _plan.CallOrJump(error, close, SystemCall.Mq_timedsend, queue, body, length, priority, 0);
        _plan.Do(OperationKind.Add, at, body, length);
        _plan.Do(OperationKind.Add, returned, returned, 1);
        _plan.Jump(put);

        _plan.Place(close);
        _plan.Try(null, SystemCall.Close, queue);
        _plan.Place(end);
        _plan.Do(OperationKind.Store64, null, Argument.AddressOf(_report, 0), error);
        _plan.Do(OperationKind.Store64, null, Argument.AddressOf(_report, 8), taken);
        _plan.Do(OperationKind.Store64, null, Argument.AddressOf(_report, 16), returned);
        _plan.Do(OperationKind.Break, null);
    }

    private List<PosixMessageImage> Read(byte[] data, out int error)
    {
        long Word(int at) => BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(at));
        (long failed, long taken, long returned) = (Word(_report.Offset), Word(_report.Offset + 8), Word(_report.Offset + 16));
        error = failed < 0 ? (int)-failed : taken != _count || returned != taken ? Errno.EAGAIN : 0;
        List<PosixMessageImage> messages = [];
        int at = _room.Offset;
        for (int i = 0; i < taken && error == 0; i++)
        {
            int length = (int)Word(at);
            messages.Add(new PosixMessageImage((uint)Word(at + sizeof(long)), data.AsSpan(at + HeadLength, length).ToArray()));
            at += HeadLength + length;
        }

        return messages;
    }
}
