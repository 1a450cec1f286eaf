using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using static Yadokari.Linux.Abi.Poll;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Operations that put bytes into the queues of a pseudoterminal, in a batch as in a restore plan.</summary>
/// <remarks>
/// <code>
/// program ─write→ [buffers of the master, n_tty 4095 bytes] ─read→ master        output
/// program ←read─ [n_tty 4095 bytes, buffers of the slave] ←write─ master        typed
/// </code>
/// What is written goes on by a worker of the kernel, under the settings of the moment it comes to it: what is typed counts as there
/// only when its echo has come back.
/// </remarks>
internal sealed class TerminalQueuePlan(PlanBuilder plan)
{
    /// <summary>Bytes that n_tty holds (N_TTY_BUF_SIZE less one): up to here all that was typed has been looked at.</summary>
    public const int Capacity = 4095;

    /// <summary>Columns of a line, as far as they are counted.</summary>
    public const int MostColumns = 4096;

    private const int LongestEchoMilliseconds = 1000;
    private const int PieceLength = 256; // of which the kernel's buffers are multiples
    private const int MostTries = 400;
    private const int TryNanoseconds = 500_000;
    private const int ColumnsAtOnce = 64;
    private const byte Mark = (byte)'!';
    private const byte Tab = (byte)'\t';
    private const byte Back = (byte)'\b';

    private readonly DataReference _poll = plan.Room(8, "{pollfd}");
    private readonly DataReference _scratch = plan.Room(16 * 1024, "echo");
    private readonly Slot _result = plan.NewSlot();
    private readonly Slot _left = plan.NewSlot();
    private readonly Slot _at = plan.NewSlot();
    private readonly Slot _tries = plan.NewSlot();

    /// <summary>Some bytes that nobody reads, as many as are ever typed at once.</summary>
    public DataReference Scratch => _scratch;

    /// <summary>Goes on at the label unless the descriptor is ready. What is on its way to it has come then (n_tty_poll looks itself).</summary>
    public void Poll(Argument descriptor, int events, PlanLabel notReady, int milliseconds = 0)
    {
        plan.Do(OperationKind.Store32, null, _poll, descriptor);
        plan.Do(OperationKind.Store32, null, Argument.AddressOf(_poll, 4), events);
        plan.Try(null, SystemCall.Poll, _poll, 1, milliseconds);
        plan.Do(OperationKind.Load32, _result, Argument.AddressOf(_poll, 4));
        plan.Do(OperationKind.And, _result, _result, (ulong)(uint)events << 16);
        plan.JumpIf(_result, Condition.Equal, 0, notReady);
    }

    /// <summary>Types bytes at the master, under <see cref="TerminalSettings.ForFilling"/>, and takes their echo away.</summary>
    /// <param name="length">How many.</param>
    /// <param name="echoed">How many of them are echoed.</param>
    /// <param name="failed">When they did not come through.</param>
    public void Type(Argument master, Argument bytes, Argument length, Argument echoed, PlanLabel failed)
    {
        plan.Try(_result, SystemCall.Write, master, bytes, length);
        plan.JumpIf(_result, Condition.NotEqual, length, failed);
        TakeAway(master, echoed, failed);
    }

    /// <summary>Writes bytes at the other side that come out as they are, and takes them away: nothing is left of them but the column.</summary>
    private void Pass(Argument master, Argument slave, Argument bytes, Argument length, PlanLabel failed)
    {
        plan.Try(_result, SystemCall.Write, slave, bytes, length);
        plan.JumpIf(_result, Condition.NotEqual, length, failed);
        TakeAway(master, length, failed);
    }

    private void TakeAway(Argument master, Argument count, PlanLabel failed)
    {
        PlanLabel more = new("more"), done = new("taken away");
        plan.Set(_left, count);
        plan.Place(more);
        plan.JumpIf(_left, Condition.Equal, 0, done);
        Poll(master, POLLIN, failed, LongestEchoMilliseconds);
        plan.Try(_result, SystemCall.Read, master, _scratch, _left);
        plan.JumpIf(_result, Condition.Less, 1, failed);
        plan.Do(OperationKind.Subtract, _left, _left, _result);
        plan.Jump(more);
        plan.Place(done);
    }

    /// <summary>Finds the column by what becomes of tabs, under <see cref="TerminalSettings.ForCounting"/>, and leaves it as it was: the
    /// kernel counts characters up and backspaces down, not below 0 (do_output_char, drivers/tty/n_tty.c).</summary>
    /// <param name="slave">Does not block.</param>
    /// <param name="column">Gets it; <see cref="MostColumns"/> or more when it is as far out.</param>
    public void CountColumn(Argument master, Argument slave, Slot column, PlanLabel failed)
    {
        // A tab, and a mark by which its end is known: in the column behind a multiple of 8. With ten backspaces before it the tab ends
        // 8 columns further to the left, one blank long; but where there was no more than one tab, at the same place, 8 blanks long.
        DataReference tab = plan.Bytes([Tab, Mark], "tab"), back = plan.Bytes([.. Enumerable.Repeat(Back, 10), Tab, Mark], "back and tab"), start = plan.Bytes([(byte)'\r'], "start of the line");
        Slot first = plan.NewSlot(), blanks = plan.NewSlot();
        PlanLabel more = new("another tab"), counted = new("counted");
        Measure(master, slave, tab, 2, first, failed);
        plan.Set(column, 8);
        plan.Place(more);
        plan.JumpIf(column, Condition.GreaterOrEqual, MostColumns + 8, counted);
        Measure(master, slave, back, 12, blanks, failed);
        plan.Do(OperationKind.Subtract, blanks, blanks, 10);
        plan.JumpIf(blanks, Condition.Equal, 8, counted);
        plan.JumpIf(blanks, Condition.NotEqual, 1, failed);
        plan.Do(OperationKind.Add, column, column, 8);
        plan.Jump(more);
        plan.Place(counted);
        plan.Do(OperationKind.Subtract, column, column, first);
        Pass(master, slave, start, 1, failed);
        SetColumn(master, slave, column, failed);
    }

    /// <summary>Makes a column of the start of a line, as of a new terminal, under <see cref="TerminalSettings.ForCounting"/>.</summary>
    public void SetColumn(Argument master, Argument slave, Argument column, PlanLabel failed)
    {
        DataReference blanks = plan.Bytes([.. Enumerable.Repeat((byte)' ', ColumnsAtOnce)], "blanks");
        Slot left = plan.NewSlot();
        PlanLabel next = new("next columns"), last = new("last columns"), done = new("column is there");
        plan.Set(left, column);
        plan.Place(next);
        plan.JumpIf(left, Condition.Less, ColumnsAtOnce, last);
        Pass(master, slave, blanks, ColumnsAtOnce, failed);
        plan.Do(OperationKind.Subtract, left, left, ColumnsAtOnce);
        plan.Jump(next);
        plan.Place(last);
        plan.JumpIf(left, Condition.Equal, 0, done);
        Pass(master, slave, blanks, left, failed);
        plan.Place(done);
    }

    /// <summary>Writes bytes that end with the mark, and counts those that come out before it.</summary>
    private void Measure(Argument master, Argument slave, DataReference bytes, int length, Slot count, PlanLabel failed)
    {
        PlanLabel more = new("more of it");
        plan.Try(_result, SystemCall.Write, slave, bytes, length);
        plan.JumpIf(_result, Condition.NotEqual, length, failed);
        plan.Set(_at, _scratch);
        plan.Place(more);
        Poll(master, POLLIN, failed, LongestEchoMilliseconds);
        plan.Try(_result, SystemCall.Read, master, _at, ColumnsAtOnce);
        plan.JumpIf(_result, Condition.Less, 1, failed);
        plan.Do(OperationKind.Add, _at, _at, _result);
        plan.Do(OperationKind.Subtract, count, _at, 1);
        plan.Do(OperationKind.Load32, _result, count);
        plan.Do(OperationKind.And, _result, _result, 0xff);
        plan.JumpIf(_result, Condition.NotEqual, (int)Mark, more);
        plan.Do(OperationKind.Subtract, count, count, _scratch);
    }

    /// <summary>Writes bytes at the other side, whose settings change nothing of them: as many as it held before, however they had come in.</summary>
    /// <param name="slave">Does not block.</param>
    public void Print(Argument slave, Argument bytes, Argument length, PlanLabel failed)
    {
        PlanLabel more = new("more output"), small = new("last piece"), full = new("full"), last = new("all the rest"), done = new("printed");
        plan.Set(_at, bytes);
        plan.Set(_left, length);
        plan.Set(_tries, 0);
        plan.Place(more);
        plan.JumpIf(_left, Condition.Equal, 0, done);
        plan.Set(_result, _left);
        plan.JumpIf(_left, Condition.Less, PieceLength, small);
        plan.Set(_result, PieceLength);
        plan.Place(small);
        plan.Try(_result, SystemCall.Write, slave, _at, _result);
        plan.JumpIf(_result, Condition.Less, 1, full);
        plan.Do(OperationKind.Add, _at, _at, _result);
        plan.Do(OperationKind.Subtract, _left, _left, _result);
        plan.Set(_tries, 0);
        plan.Jump(more);
        plan.Place(full);

        // Until the kernel's worker has moved on what n_tty has room for; at the limit of the buffers a large piece still fits.
        plan.Do(OperationKind.Add, _tries, _tries, 1);
        plan.JumpIf(_tries, Condition.GreaterOrEqual, MostTries, last);
        plan.Pause(TryNanoseconds);
        plan.Jump(more);
        plan.Place(last);
        plan.Try(_result, SystemCall.Write, slave, _at, _left);
        plan.JumpIf(_result, Condition.NotEqual, _left, failed);
        plan.Place(done);
    }
}
