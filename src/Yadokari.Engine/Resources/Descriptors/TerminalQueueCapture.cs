using System.Buffers.Binary;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using static Yadokari.Linux.Abi.Poll;

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

    private readonly PlanBuilder _plan = new();
    private readonly TerminalQueuePlan _queue;
    private readonly TerminalSettings _settings;
    private readonly PseudoTerminalImage _terminal;
    private readonly int _master;
    private readonly byte _endOfFile;
    private readonly DataReference _report;
    private readonly DataReference _output;
    private readonly DataReference _lines;
    private readonly DataReference _typed;
    private readonly Slot _peer;
    private readonly Slot _outputCount;
    private readonly Slot _linesEnd;
    private readonly Slot _typedCount;
    private readonly Slot _got;
    private readonly Slot _at;
    private readonly Slot _failures;
    private readonly Slot _column;

    private TerminalQueueCapture(int master, PseudoTerminalImage terminal)
    {
        _master = master;
        _terminal = terminal;
        _settings = new TerminalSettings(terminal.Settings);
        _queue = new TerminalQueuePlan(_plan);

        // A line can't hold it: it would have ended there. Without one, lines end so only where somebody changed the mode behind them.
        _endOfFile = _settings.EndOfFile != 0 ? _settings.EndOfFile : (byte)0xff;
        _report = _plan.Room(ReportLength, "report");
        _output = _plan.Room(OutputLength, "output");
        _lines = _plan.Room(LinesLength, "lines");
        _typed = _plan.Room(TypedLength, "typed");
        (_peer, _outputCount, _linesEnd, _typedCount) = (_plan.NewSlot(), _plan.NewSlot(), _plan.NewSlot(), _plan.NewSlot());
        (_got, _at, _failures, _column) = (_plan.NewSlot(), _plan.NewSlot(), _plan.NewSlot(), _plan.NewSlot());
    }

    /// <param name="frozen">Holds the master.</param>
    /// <param name="master">By this number.</param>
    /// <param name="terminal">Its settings and modes.</param>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    public static TerminalQueues Run(FrozenProcess frozen, RemoteBatch batch, int master, PseudoTerminalImage terminal)
    {
        TerminalQueueCapture capture = new(master, terminal);
        capture.Emit();
        return capture.Read(batch.Run(frozen.Main, capture._plan.Build()));
    }

    private void Emit()
    {
        PlanLabel end = new("end");
        _plan.Set(_outputCount, 0);
        _plan.Set(_typedCount, 0);
        _plan.Set(_failures, 0);
        _plan.Set(_column, 0);
        _plan.Set(_linesEnd, _lines);
        SetLock(false);
        _plan.Try(_peer, SystemCall.Ioctl, _master, TerminalCall.OpenPeer, TerminalCall.QuietFlags);
        _plan.JumpIf(_peer, Condition.Less, 0, end);
        SetPacketMode(false);
        DrainOutput();

        // Echoes that found no room come out before the next thing written, be it nothing (n_tty_write).
        _plan.Try(null, SystemCall.Write, _peer, _queue.Scratch, 0);
        DrainOutput();
        PlanLabel flows = new("flows");
        PlanLabel stopped = new("stopped");
        _queue.Poll(_peer, POLLOUT, stopped);
        _plan.Jump(flows);
        _plan.Place(stopped);
        _plan.Set(_failures, 2);
        _plan.Try(null, SystemCall.Ioctl, _peer, TerminalCall.Flow, StopOutput);
        _plan.Try(null, SystemCall.Ioctl, _peer, TerminalCall.Flow, StartOutput);
        DrainOutput();
        _plan.Place(flows);
        if (_settings.IsCanonical)
        {
            DrainLines();
            SetSettings(_settings.ForDraining());
        }

        DrainTyped();
        CountColumn();
        PlanLabel untouched = new("nothing was there");
        if (!_settings.IsCanonical && !_settings.CountsColumns)
        {
            Slot all = _plan.NewSlot();
            _plan.Do(OperationKind.Add, all, _outputCount, _typedCount);
            _plan.JumpIf(all, Condition.Equal, 0, untouched);
        }

        SetSettings(_settings.ForFilling(_endOfFile));
        FillLines();
        FillTyped();
        PlanLabel lost = new("lost"), printed = new("printed");
        _queue.Print(_peer, _output, _outputCount, lost);
        _plan.Jump(printed);
        _plan.Place(lost);
        _plan.Set(_failures, 3);
        _plan.Place(printed);
        SetSettings(_terminal.Settings);
        _plan.Place(untouched);
        SetPacketMode(true);
        _plan.Call(null, SystemCall.Close, _peer);
        _plan.Place(end);
        SetLock(true);
        Slot linesCount = _plan.NewSlot();
        _plan.Do(OperationKind.Subtract, linesCount, _linesEnd, _lines);
        (Slot Value, int Offset)[] told = [(_peer, 0), (_outputCount, 4), (linesCount, 8), (_typedCount, 12), (_failures, 16), (_column, 20)];
        foreach ((Slot value, int offset) in told)
        {
            _plan.Do(OperationKind.Store32, null, Argument.AddressOf(_report, (ulong)offset), value);
        }

        _plan.Do(OperationKind.Break, null);
    }

    private void DrainOutput()
    {
        PlanLabel more = new("more output"), none = new("no more output");
        _plan.Place(more);
        _plan.JumpIf(_outputCount, Condition.GreaterOrEqual, OutputLength - ReadLength, none);
        _queue.Poll(_master, POLLIN, none);
        _plan.Do(OperationKind.Add, _at, _outputCount, _output);
        _plan.Try(_got, SystemCall.Read, _master, _at, ReadLength);
        _plan.JumpIf(_got, Condition.Less, 1, none);
        _plan.Do(OperationKind.Add, _outputCount, _outputCount, _got);
        _plan.Jump(more);
        _plan.Place(none);
    }

    /// <summary>Each as its length, its bytes, and the end-of-file character, should it be needed to put the line back.</summary>
    private void DrainLines()
    {
        PlanLabel more = new("more lines"), none = new("no more lines");
        _plan.Place(more);
        Slot room = _plan.NewSlot();
        _plan.Do(OperationKind.Subtract, room, _linesEnd, Argument.AddressOf(_lines, LinesLength - (2 * ReadLength)));
        _plan.JumpIf(room, Condition.GreaterOrEqual, 0, none);
        _queue.Poll(_peer, POLLIN, none);
        _plan.Do(OperationKind.Add, _at, _linesEnd, 4);
        _plan.Try(_got, SystemCall.Read, _peer, _at, ReadLength);
        _plan.JumpIf(_got, Condition.Less, 0, none);
        _plan.Do(OperationKind.Store32, null, _linesEnd, _got);
        _plan.Do(OperationKind.Add, _at, _at, _got);
        _plan.Do(OperationKind.Store32, null, _at, (int)_endOfFile);
        _plan.Do(OperationKind.Add, _linesEnd, _at, 1);
        _plan.Jump(more);
        _plan.Place(none);
    }

    private void DrainTyped()
    {
        PlanLabel more = new("more typed"), none = new("no more typed");
        _plan.Place(more);
        _plan.JumpIf(_typedCount, Condition.GreaterOrEqual, TypedLength - ReadLength, none);
        _plan.Do(OperationKind.Add, _at, _typedCount, _typed);
        _plan.Try(_got, SystemCall.Read, _peer, _at, ReadLength);
        _plan.JumpIf(_got, Condition.Less, 1, none);
        _plan.Do(OperationKind.Add, _typedCount, _typedCount, _got);
        _plan.Jump(more);
        _plan.Place(none);
    }

    private void CountColumn()
    {
        if (!_settings.CountsColumns)
        {
            return;
        }

        PlanLabel failed = new("not counted"), counted = new("column counted");
        SetSettings(_settings.ForCounting());
        _queue.CountColumn(_master, _peer, _column, failed);
        _plan.JumpIf(_column, Condition.Less, TerminalQueuePlan.MostColumns, counted);
        _plan.Place(failed);
        _plan.Set(_failures, 4);
        _plan.Place(counted);
    }

    private void FillLines()
    {
        Slot line = _plan.NewSlot(), length = _plan.NewSlot(), whole = _plan.NewSlot(), last = _plan.NewSlot();
        PlanLabel more = new("next line"), done = new("lines are back"), ended = new("ended by its last character"), open = new("ended by end of file"), failed = new("a line does not come back"), next = new("behind the line");
        _plan.Set(line, _lines);
        _plan.Place(more);
        _plan.JumpIf(line, Condition.GreaterOrEqual, _linesEnd, done);
        _plan.Do(OperationKind.Load32, length, line);
        _plan.Do(OperationKind.Add, line, line, 4);
        _plan.JumpIf(length, Condition.Equal, 0, open);
        _plan.Do(OperationKind.Add, last, line, length);
        _plan.Do(OperationKind.Subtract, last, last, 1);
        _plan.Do(OperationKind.Load32, last, last);
        _plan.Do(OperationKind.And, last, last, 0xff);
        (byte first, byte second) = _settings.EndsOfLine;
        foreach (byte end in (byte[])[TerminalSettings.NewLine, first, second])
        {
            if (end != 0)
            {
                _plan.JumpIf(last, Condition.Equal, (int)end, ended);
            }
        }

        _plan.Place(open);
        _plan.Do(OperationKind.Add, whole, length, 1);
        _queue.Type(_master, line, whole, length, failed);
        _plan.Jump(next);
        _plan.Place(ended);
        _queue.Type(_master, line, length, length, failed);
        _plan.Jump(next);
        _plan.Place(failed);
        _plan.Set(_failures, 1);
        _plan.Place(next);
        _plan.Do(OperationKind.Add, line, line, length);
        _plan.Do(OperationKind.Add, line, line, 1);
        _plan.Jump(more);
        _plan.Place(done);
    }

    private void FillTyped()
    {
        PlanLabel failed = new("what was typed does not come back"), done = new("it is back");
        _plan.JumpIf(_typedCount, Condition.Equal, 0, done);
        _queue.Type(_master, _typed, _typedCount, _typedCount, failed);
        _plan.Jump(done);
        _plan.Place(failed);
        _plan.Set(_failures, 1);
        _plan.Place(done);
    }

    private void SetSettings(byte[] to) => _plan.Try(null, SystemCall.Ioctl, _peer, TerminalCall.SetSettings, _plan.Bytes(to, "{termios}"));

    private void SetPacketMode(bool on)
    {
        if (_terminal.PacketMode)
        {
            _plan.Try(null, SystemCall.Ioctl, _master, TerminalCall.SetPacketMode, _plan.Bytes([on ? (byte)1 : (byte)0, 0, 0, 0]));
        }
    }

    private void SetLock(bool on)
    {
        if (_terminal.Locked)
        {
            _plan.Try(null, SystemCall.Ioctl, _master, TerminalCall.SetLock, _plan.Bytes([on ? (byte)1 : (byte)0, 0, 0, 0]));
        }
    }

    private TerminalQueues Read(byte[] data)
    {
        int Told(int offset) => BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(_report.Offset + offset));
        if (Told(0) < 0)
        {
            return TerminalQueues.Failed($"its other side can't be opened ({Errno.Message(-Told(0))})");
        }

        if (Told(16) != 0)
        {
            return TerminalQueues.Failed(Told(16) switch
            {
                2 => "its output is stopped (Ctrl-S, or tcflow)",
                4 => "it writes tabs as blanks, or has ONOCR, and its line is too long to be counted",
                _ => "too much waits in it",
            });
        }

        List<TypedLineImage> read = [];
        (byte first, byte second) = _settings.EndsOfLine;
        for (int position = _lines.Offset; position < _lines.Offset + Told(8);)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(position));
            byte[] bytes = data[(position + 4)..(position + 4 + length)];
            read.Add(new TypedLineImage(bytes, !(length > 0 && bytes[^1] is not 0 and var end && (end == TerminalSettings.NewLine || end == first || end == second))));
            position += length + 5;
        }

        return new TerminalQueues(data[_output.Offset..(_output.Offset + Told(4))], read, data[_typed.Offset..(_typed.Offset + Told(12))], Told(20), null);
    }
}
