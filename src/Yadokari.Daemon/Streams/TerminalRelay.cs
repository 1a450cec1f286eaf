using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Resume;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Streams;
using static Yadokari.Linux.Abi.Poll;

namespace Yadokari.Daemon.Streams;

/// <summary>
/// A job's terminal, from the side of whoever shows it. The kernel carries bytes only between a pipe and something else, so a pipe
/// stands on each way; the holder has them too, and a daemon that is killed leaves what is in them where the next one finds it.
/// <code>
/// spool "stdin" ─→ pipe ─→ master ═ slave ─→ job ─→ slave ═ master ─→ pipe ─→ spool "stdout"
///                                     └ job frozen: ─→ pipe ─→ file "typed"
/// </code>
/// Not thread-safe.
/// </summary>
internal sealed class TerminalRelay : IDisposable
{
    /// <summary>What waits in the terminal for the job; less than it holds, so that what was typed behind it is seen to (Ctrl-C).</summary>
    private const int Room = 4000;

    private const int Piece = 1 << 16;
    private const int MasterPlace = StreamHolder.More;
    private const int SlavePlace = StreamHolder.More + 1;
    private const int TypedPlace = StreamHolder.More + 2;

    private readonly SafeFileHandle _master;
    private readonly SafeFileHandle _slave;
    private readonly SafeFileHandle _in;
    private readonly SafeFileHandle _out;
    private readonly SafeFileHandle _transit;
    private readonly SafeFileHandle _typed;

    private TerminalRelay(SafeFileHandle input, SafeFileHandle output, SafeFileHandle master, SafeFileHandle slave, SafeFileHandle transit, string typed)
    {
        (_in, _out, _master, _slave, _transit) = (input, output, master, slave, transit);
        Device = FileStatus.Of(slave).RawDevice;
        _typed = File.OpenHandle(typed, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>The places of the streams 0 and 1 in a holder.</summary>
    public (SafeFileHandle Input, SafeFileHandle Output) Streams => (_in, _out);

    /// <summary>What a holder holds besides.</summary>
    public IReadOnlyList<SafeFileHandle> More => [_master, _slave, _transit];

    /// <summary>Its device number.</summary>
    public ulong Device { get; }

    /// <summary>The leader of the job's session has ended.</summary>
    public bool HasHungUp => (Descriptor.Poll(_slave, 0, TimeSpan.Zero) & POLLHUP) != 0;

    /// <summary>Makes one as it was elsewhere.</summary>
    /// <returns>And the job's side, which the caller owns.</returns>
    /// <exception cref="SystemCallException">This host has none to give.</exception>
    public static (TerminalRelay Terminal, SafeFileHandle Job) Make(RelayedTerminal state, string typed)
    {
        (SafeFileHandle master, SafeFileHandle job) = TerminalPair.Create();
        TerminalRelay terminal = new(Pipe.CreateBoth(), Pipe.CreateBoth(), master, TerminalPair.OpenPeer(master), Pipe.CreateBoth(), typed);
        if (state.Settings.Length == Terminal.SettingsLength)
        {
            Terminal.SetSettings(terminal._slave, state.Settings);
        }
        Terminal.SetWindowSize(master, state.Rows, state.Columns);
        terminal.Refill(state);
        return (terminal, job);
    }

    /// <summary>That of a holder; null: it is gone.</summary>
    public static TerminalRelay? Fetch(int holder, SafeFileHandle? input, SafeFileHandle? output, string typed)
    {
        SafeFileHandle? master = StreamHolder.Fetch(holder, MasterPlace);
        SafeFileHandle? slave = StreamHolder.Fetch(holder, SlavePlace);
        SafeFileHandle? transit = StreamHolder.Fetch(holder, TypedPlace);
        if (input is null || output is null || master is null || slave is null || transit is null)
        {
            master?.Dispose();
            slave?.Dispose();
            transit?.Dispose();
            return null;
        }
        return new TerminalRelay(input, output, master, slave, transit, typed);
    }

    /// <summary>After a daemon was killed in the middle of a move: what had been taken out of the terminal is typed again.</summary>
    /// <param name="borrowed">The settings that it had not put back; null: they are as they were.</param>
    public void Repair(byte[]? borrowed)
    {
        if (borrowed is not null)
        {
            Terminal.SetSettings(_slave, borrowed);
        }
        Pipe.ToFile(_transit, _typed, RandomAccess.GetLength(_typed), Piece);
        byte[] typed = ReadTyped();
        RandomAccess.SetLength(_typed, 0);
        TerminalPair.Write(_master, typed);
    }

    /// <summary>From the job to its spool.</summary>
    /// <returns>As <see cref="Pipe.ToFile"/>; 0 when the terminal has hung up and nothing is left.</returns>
    public long ToSpool(SafeFileHandle spool, long offset, int most)
    {
        long carried = Pipe.ToFile(_out, spool, offset, most);
        if (carried != -Errno.EAGAIN)
        {
            return carried;
        }
        bool over = HasHungUp;
        carried = Pipe.Carry(_master, _out, Math.Min(most, Piece));
        return carried > 0 ? Pipe.ToFile(_out, spool, offset, most)
            : carried is 0 or -Errno.EIO or -Errno.EAGAIN ? (over ? 0 : -Errno.EAGAIN)
            : carried;
    }

    /// <summary>From the spool of the input to the job.</summary>
    /// <returns>Bytes; −errno, −EAGAIN when there are none, or the job is behind.</returns>
    public long FromSpool(SafeFileHandle spool)
    {
        if (Descriptor.GetReadableBytes(_in) == 0)
        {
            int room = Room - (Terminal.GetWaiting(_slave) ?? 0);
            long taken = room <= 0 ? -Errno.EAGAIN : Pipe.FromFile(spool, _in, room);
            if (taken <= 0)
            {
                return taken == 0 ? -Errno.EAGAIN : taken;
            }
        }
        return Pipe.Carry(_in, _master, Piece);
    }

    /// <summary>Bytes that have left the spool of the input and not come to the terminal.</summary>
    public int OnTheWay => Descriptor.GetReadableBytes(_in);

    /// <summary>What there is to wait for: output, and the end.</summary>
    public void Poll(PollSet polled, bool output)
    {
        if (output)
        {
            polled.Add(_master, POLLIN);
        }
        polled.Add(_slave, 0);
    }

    public void Resize(int rows, int columns) => Terminal.SetWindowSize(_master, rows, columns);

    /// <summary>The job stands still: takes out what was typed and not read.</summary>
    /// <param name="borrow">Told the settings before they are changed for a moment, and null when they are back.</param>
    /// <exception cref="YadoException">It has hung up.</exception>
    public RelayedTerminal Take(RelayedTerminal known, Action<byte[]?> borrow)
    {
        byte[] settings = Terminal.GetSettings(_slave) ?? throw new YadoException(YadoError.Failed, "the job's terminal has hung up: the leader of its session has ended");
        (int rows, int columns) = Terminal.GetWindowSize(_slave) ?? (known.Rows, known.Columns);
        List<int> lines = [];
        long rest = 0;
        TerminalSettings modes = new(settings);
        if (modes.IsCanonical)
        {
            // One read, one line; none is left when it would wait, and the kernel has looked at all that was typed.
            while (TakeOne() is >= 0 and var length && (length > 0 || !HasHungUp))
            {
                lines.Add((int)length);
            }
            borrow(settings);
            Terminal.SetSettings(_slave, modes.ForReadingLines());
            rest = TakeAll();
            Terminal.SetSettings(_slave, settings);
            borrow(null);
        }
        else
        {
            rest = TakeAll();
        }
        byte[] typed = ReadTyped();
        List<byte[]> taken = [];
        int at = 0;
        foreach (int line in lines)
        {
            taken.Add(typed[at..(at + line)]);
            at += line;
        }
        return known with { Settings = settings, Rows = rows, Columns = columns, Lines = taken, Rest = typed[at..(int)(at + rest)] };
    }

    /// <summary>The job is still there, and stands still: what was taken goes back.</summary>
    public void PutBack(RelayedTerminal taken)
    {
        RandomAccess.SetLength(_typed, 0);
        Refill(taken);
    }

    public void Dispose()
    {
        foreach (SafeFileHandle handle in (SafeFileHandle[])[_in, _out, _master, _slave, _transit, _typed])
        {
            handle.Dispose();
        }
    }

    private void Refill(RelayedTerminal state)
    {
        // More than a terminal holds was typed ahead: the end of it is typed once more, before all that follows.
        byte[] over = TerminalRefill.Put(_master, _slave, state);
        TerminalPair.Write(_master, over);
    }

    private long TakeAll()
    {
        long all = 0;
        while (TakeOne() is > 0 and var length)
        {
            all += length;
        }
        return all;
    }

    private long TakeOne()
    {
        long length = Pipe.Carry(_slave, _transit, Piece);
        if (length > 0)
        {
            Pipe.ToFile(_transit, _typed, RandomAccess.GetLength(_typed), Piece);
        }
        return length;
    }

    private byte[] ReadTyped()
    {
        byte[] typed = new byte[RandomAccess.GetLength(_typed)];
        RandomAccess.Read(_typed, typed, 0);
        return typed;
    }
}
