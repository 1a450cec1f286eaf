using System.Buffers.Binary;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>
/// Takes what waits in a pseudoterminal, and puts it back, in one batch inside the process that holds the master: the kernel lets nobody
/// look. Should this program die meanwhile, the batch comes to its end by itself.
/// </summary>
internal sealed class TerminalQueueCapture
{
    private const int OutputLength = 32 * 1024;
    private const int LinesLength = 96 * 1024;
    private const int TypedLength = 16 * 1024;
    private const int ReadLength = 4096;
    private const int ReportLength = 32;
    private const int StopOutput = 0, StartOutput = 1; // TCOOFF, TCOON

    private readonly PlanBuilder plan = new();
    private readonly TerminalQueuePlan queue;
    private readonly TerminalSettings settings;
    private readonly PseudoTerminalImage terminal;
    private readonly int master;
    private readonly byte endOfFile;
    private readonly DataReference report;
    private readonly DataReference output;
    private readonly DataReference lines;
    private readonly DataReference typed;
    private readonly Slot peer;
    private readonly Slot outputCount;
    private readonly Slot linesEnd;
    private readonly Slot typedCount;
    private readonly Slot got;
    private readonly Slot at;
    private readonly Slot failures;

    private TerminalQueueCapture(int master, PseudoTerminalImage terminal)
    {
        this.master = master;
        this.terminal = terminal;
        settings = new TerminalSettings(terminal.Settings);
        queue = new TerminalQueuePlan(plan);

        // A line can't hold it: it would have ended there. Without one, lines end so only where somebody changed the mode behind them.
        endOfFile = settings.EndOfFile != 0 ? settings.EndOfFile : (byte)0xff;
        report = plan.Room(ReportLength, "report");
        output = plan.Room(OutputLength, "output");
        lines = plan.Room(LinesLength, "lines");
        typed = plan.Room(TypedLength, "typed");
        (peer, outputCount, linesEnd, typedCount) = (plan.NewSlot(), plan.NewSlot(), plan.NewSlot(), plan.NewSlot());
        (got, at, failures) = (plan.NewSlot(), plan.NewSlot(), plan.NewSlot());
    }

    /// <param name="frozen">Holds the master.</param>
    /// <param name="master">By this number.</param>
    /// <param name="terminal">Its settings and modes.</param>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    public static TerminalQueues Run(FrozenProcess frozen, RemoteBatch batch, int master, PseudoTerminalImage terminal)
    {
        TerminalQueueCapture capture = new(master, terminal);
        capture.Emit();
        return capture.Read(batch.Run(frozen.Main, capture.plan.Build()));
    }

    private void Emit()
    {
        PlanLabel end = new("end");
        plan.Set(outputCount, 0);
        plan.Set(typedCount, 0);
        plan.Set(failures, 0);
        plan.Set(linesEnd, lines);
        SetLock(false);
        plan.Try(peer, SystemCall.Ioctl, master, TerminalCall.OpenPeer, TerminalCall.QuietFlags);
        plan.JumpIf(peer, Condition.Less, 0, end);
        SetPacketMode(false);
        DrainOutput();

        // Echoes that found no room come out before the next thing written, be it nothing (n_tty_write).
        plan.Try(null, SystemCall.Write, peer, queue.Scratch, 0);
        DrainOutput();
        PlanLabel flows = new("flows");
        PlanLabel stopped = new("stopped");
        queue.Poll(peer, Descriptor.PollOut, stopped);
        plan.Jump(flows);
        plan.Place(stopped);
        plan.Set(failures, 2);
        plan.Try(null, SystemCall.Ioctl, peer, TerminalCall.Flow, StopOutput);
        plan.Try(null, SystemCall.Ioctl, peer, TerminalCall.Flow, StartOutput);
        DrainOutput();
        plan.Place(flows);
        if (settings.IsCanonical)
        {
            DrainLines();
            SetSettings(settings.ForDraining());
        }

        DrainTyped();
        PlanLabel untouched = new("nothing was there");
        if (!settings.IsCanonical)
        {
            Slot all = plan.NewSlot();
            plan.Do(OperationKind.Add, all, outputCount, typedCount);
            plan.JumpIf(all, Condition.Equal, 0, untouched);
        }

        SetSettings(settings.ForFilling(endOfFile));
        FillLines();
        FillTyped();
        PlanLabel lost = new("lost"), printed = new("printed");
        queue.Print(peer, output, outputCount, lost);
        plan.Jump(printed);
        plan.Place(lost);
        plan.Set(failures, 3);
        plan.Place(printed);
        SetSettings(terminal.Settings);
        plan.Place(untouched);
        SetPacketMode(true);
        plan.Call(null, SystemCall.Close, peer);
        plan.Place(end);
        SetLock(true);
        Slot linesCount = plan.NewSlot();
        plan.Do(OperationKind.Subtract, linesCount, linesEnd, lines);
        (Slot Value, int Offset)[] told = [(peer, 0), (outputCount, 4), (linesCount, 8), (typedCount, 12), (failures, 16)];
        foreach ((Slot value, int offset) in told)
        {
            plan.Do(OperationKind.Store32, null, Argument.AddressOf(report, (ulong)offset), value);
        }

        plan.Do(OperationKind.Break, null);
    }

    private void DrainOutput()
    {
        PlanLabel more = new("more output"), none = new("no more output");
        plan.Place(more);
        plan.JumpIf(outputCount, Condition.GreaterOrEqual, OutputLength - ReadLength, none);
        queue.Poll(master, Descriptor.PollIn, none);
        plan.Do(OperationKind.Add, at, outputCount, output);
        plan.Try(got, SystemCall.Read, master, at, ReadLength);
        plan.JumpIf(got, Condition.Less, 1, none);
        plan.Do(OperationKind.Add, outputCount, outputCount, got);
        plan.Jump(more);
        plan.Place(none);
    }

    /// <summary>Each as its length, its bytes, and the end-of-file character, should it be needed to put the line back.</summary>
    private void DrainLines()
    {
        PlanLabel more = new("more lines"), none = new("no more lines");
        plan.Place(more);
        Slot room = plan.NewSlot();
        plan.Do(OperationKind.Subtract, room, linesEnd, Argument.AddressOf(lines, LinesLength - (2 * ReadLength)));
        plan.JumpIf(room, Condition.GreaterOrEqual, 0, none);
        queue.Poll(peer, Descriptor.PollIn, none);
        plan.Do(OperationKind.Add, at, linesEnd, 4);
        plan.Try(got, SystemCall.Read, peer, at, ReadLength);
        plan.JumpIf(got, Condition.Less, 0, none);
        plan.Do(OperationKind.Store32, null, linesEnd, got);
        plan.Do(OperationKind.Add, at, at, got);
        plan.Do(OperationKind.Store32, null, at, (int)endOfFile);
        plan.Do(OperationKind.Add, linesEnd, at, 1);
        plan.Jump(more);
        plan.Place(none);
    }

    private void DrainTyped()
    {
        PlanLabel more = new("more typed"), none = new("no more typed");
        plan.Place(more);
        plan.JumpIf(typedCount, Condition.GreaterOrEqual, TypedLength - ReadLength, none);
        plan.Do(OperationKind.Add, at, typedCount, typed);
        plan.Try(got, SystemCall.Read, peer, at, ReadLength);
        plan.JumpIf(got, Condition.Less, 1, none);
        plan.Do(OperationKind.Add, typedCount, typedCount, got);
        plan.Jump(more);
        plan.Place(none);
    }

    private void FillLines()
    {
        Slot line = plan.NewSlot(), length = plan.NewSlot(), whole = plan.NewSlot(), last = plan.NewSlot();
        PlanLabel more = new("next line"), done = new("lines are back"), ended = new("ended by its last character"), open = new("ended by end of file"), failed = new("a line does not come back"), next = new("behind the line");
        plan.Set(line, lines);
        plan.Place(more);
        plan.JumpIf(line, Condition.GreaterOrEqual, linesEnd, done);
        plan.Do(OperationKind.Load32, length, line);
        plan.Do(OperationKind.Add, line, line, 4);
        plan.JumpIf(length, Condition.Equal, 0, open);
        plan.Do(OperationKind.Add, last, line, length);
        plan.Do(OperationKind.Subtract, last, last, 1);
        plan.Do(OperationKind.Load32, last, last);
        plan.Do(OperationKind.And, last, last, 0xff);
        (byte first, byte second) = settings.EndsOfLine;
        foreach (byte end in (byte[])[TerminalSettings.NewLine, first, second])
        {
            if (end != 0)
            {
                plan.JumpIf(last, Condition.Equal, (int)end, ended);
            }
        }

        plan.Place(open);
        plan.Do(OperationKind.Add, whole, length, 1);
        queue.Type(master, line, whole, length, failed);
        plan.Jump(next);
        plan.Place(ended);
        queue.Type(master, line, length, length, failed);
        plan.Jump(next);
        plan.Place(failed);
        plan.Set(failures, 1);
        plan.Place(next);
        plan.Do(OperationKind.Add, line, line, length);
        plan.Do(OperationKind.Add, line, line, 1);
        plan.Jump(more);
        plan.Place(done);
    }

    private void FillTyped()
    {
        PlanLabel failed = new("what was typed does not come back"), done = new("it is back");
        plan.JumpIf(typedCount, Condition.Equal, 0, done);
        queue.Type(master, typed, typedCount, typedCount, failed);
        plan.Jump(done);
        plan.Place(failed);
        plan.Set(failures, 1);
        plan.Place(done);
    }

    private void SetSettings(byte[] to) => plan.Try(null, SystemCall.Ioctl, peer, TerminalCall.SetSettings, plan.Bytes(to, "{termios}"));

    private void SetPacketMode(bool on)
    {
        if (terminal.PacketMode)
        {
            plan.Try(null, SystemCall.Ioctl, master, TerminalCall.SetPacketMode, plan.Bytes([on ? (byte)1 : (byte)0, 0, 0, 0]));
        }
    }

    private void SetLock(bool on)
    {
        if (terminal.Locked)
        {
            plan.Try(null, SystemCall.Ioctl, master, TerminalCall.SetLock, plan.Bytes([on ? (byte)1 : (byte)0, 0, 0, 0]));
        }
    }

    private TerminalQueues Read(byte[] data)
    {
        int Told(int offset) => BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(report.Offset + offset));
        if (Told(0) < 0)
        {
            return TerminalQueues.Failed($"its other side can't be opened ({Errno.Message(-Told(0))})");
        }

        if (Told(16) != 0)
        {
            return TerminalQueues.Failed(Told(16) == 2 ? "its output is stopped (Ctrl-S, or tcflow)" : "too much waits in it");
        }

        List<TypedLineImage> read = [];
        (byte first, byte second) = settings.EndsOfLine;
        for (int position = lines.Offset; position < lines.Offset + Told(8);)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(position));
            byte[] bytes = data[(position + 4)..(position + 4 + length)];
            read.Add(new TypedLineImage(bytes, !(length > 0 && bytes[^1] is not 0 and var end && (end == TerminalSettings.NewLine || end == first || end == second))));
            position += length + 5;
        }

        return new TerminalQueues(data[output.Offset..(output.Offset + Told(4))], read, data[typed.Offset..(typed.Offset + Told(12))], null);
    }
}
