using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Pseudoterminals: both sides of all of them, with what waits in them.</content>
public sealed partial class DescriptorRestore
{
    private void OpenTerminals()
    {
        if (_table.Terminals.Count == 0)
        {
            return;
        }

        (Slot master, Slot peer, Slot end) = (_plan.NewSlot(), _plan.NewSlot(), _plan.NewSlot());
        TerminalQueuePlan queue = new(_plan);
        for (int i = 0; i < _table.Terminals.Count; i++)
        {
            PseudoTerminalImage terminal = _table.Terminals[i];
            OpenMaster(terminal, master);
            OpenPeer(terminal, master, TerminalCall.QuietFlags, peer);
            RestoreTools.Own(_plan, terminal.Owner, peer);
            if (terminal.Owner is { } owner)
            {
                _plan.Call($"set the mode of /dev/pts/{terminal.Number}", SystemCall.Fchmod, peer, owner.Mode);
            }

            if (!terminal.HungUp)
            {
                Set(terminal, master, peer, queue);
            }

            foreach (PtySlaveImage image in _table.Descriptions.OfType<PtySlaveImage>().Where(image => image.Terminal == terminal.Number))
            {
                // This request keeps all its flags, also those of which an open leaves none behind.
                OpenPeer(terminal, master, (image.Flags & (O_ACCMODE | SettableFlags | O_LARGEFILE | O_CLOEXEC)) | O_NOCTTY, end);
                SendSignals(image, end);
                Put(image, end, SettableFlags);
            }

            if (terminal.Session != 0)
            {
                OpenPeer(terminal, master, TerminalCall.QuietFlags, end);
                _plan.Call(null, SystemCall.Dup3, end, _place.Control(i), O_CLOEXEC);
                _plan.Call(null, SystemCall.Close, end);
            }

            Protect(terminal, master, peer);
            _plan.Call(null, SystemCall.Close, peer);
            if (_table.Descriptions.OfType<PtyMasterImage>().FirstOrDefault(image => image.Terminal == terminal.Number) is { } held)
            {
                SetFlags(held, master);
                SendSignals(held, master);
                Put(held, master, SettableFlags);
            }
            else
            {
                _plan.Call(null, SystemCall.Close, master);
            }
        }

        _plan.Call("close descriptors", SystemCall.Close_range, _place.Aside, uint.MaxValue, 0);
    }

    /// <summary>The kernel gives the lowest number that is free: those below are taken meanwhile.</summary>
    private void OpenMaster(PseudoTerminalImage terminal, Slot master)
    {
        PlanLabel again = new("next number"), found = new($"/dev/pts/{terminal.Number}");
        DataReference answer = _plan.Room(8, "number");
        Slot number = _plan.NewSlot();
        _plan.Place(again);
        _plan.CallInto(_tools.Raw, "open /dev/ptmx", SystemCall.Open, _plan.Text("/dev/ptmx"), O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
        _plan.Call("ask for the number of a pseudoterminal", SystemCall.Ioctl, _tools.Raw, TerminalCall.GetNumber, answer);
        _plan.Do(OperationKind.Load32, number, answer);
        _plan.JumpIf(number, Condition.Equal, terminal.Number, found);
        _plan.CallInto(master, "too few descriptors: raise ulimit -n", SystemCall.Fcntl, _tools.Raw, F_DUPFD_CLOEXEC, _place.Aside);
        _plan.Call(null, SystemCall.Close, _tools.Raw);
        _plan.JumpIf(number, Condition.Less, terminal.Number, again);
        _plan.Fail($"/dev/pts/{terminal.Number} can't be had", 5);
        _plan.Place(found);
        _tools.Lift(_tools.Raw, master);
        _plan.Call("unlock a pseudoterminal", SystemCall.Ioctl, master, TerminalCall.SetLock, _plan.Bytes(new byte[4], "[0]"));
    }

    private void OpenPeer(PseudoTerminalImage terminal, Slot master, int flags, Slot into)
    {
        _plan.CallInto(_tools.Raw, $"open /dev/pts/{terminal.Number}", SystemCall.Ioctl, master, TerminalCall.OpenPeer, flags);
        _tools.Lift(_tools.Raw, into);
    }

    private void Set(PseudoTerminalImage terminal, Slot master, Slot peer, TerminalQueuePlan queue)
    {
        PlanLabel full = new("full"), filled = new("filled");
        TerminalSettings settings = new(terminal.Settings);
        byte endOfFile = EndOfFile(terminal, settings);
        _plan.Call("set the size of a window", SystemCall.Ioctl, master, TerminalCall.SetWindow, _plan.Bytes(terminal.Window, "{winsize}"));
        if (terminal.Column > 0)
        {
            _plan.Call("set a terminal", SystemCall.Ioctl, peer, TerminalCall.SetSettings, _plan.Bytes(settings.ForCounting(), "{termios}"));
            queue.SetColumn(master, peer, terminal.Column, full);
        }

        _plan.Call("set a terminal", SystemCall.Ioctl, peer, TerminalCall.SetSettings, _plan.Bytes(settings.ForFilling(endOfFile), "{termios}"));
        foreach (TypedLineImage line in terminal.Lines)
        {
            byte[] bytes = line.EndsFile ? [.. line.Bytes, endOfFile] : line.Bytes;
            queue.Type(master, _plan.Bytes(bytes), bytes.Length, line.Bytes.Length, full);
        }

        if (terminal.Typed.Length > 0)
        {
            queue.Type(master, _plan.Bytes(terminal.Typed), terminal.Typed.Length, terminal.Typed.Length, full);
        }

        if (terminal.Output.Length > 0)
        {
            queue.Print(peer, _plan.Bytes(terminal.Output), terminal.Output.Length, full);
        }

        _plan.Jump(filled);
        _plan.Place(full);
        _plan.Fail($"/dev/pts/{terminal.Number} takes less than it held", 1);
        _plan.Place(filled);
        _plan.Call("set a terminal", SystemCall.Ioctl, peer, TerminalCall.SetSettings, _plan.Bytes(terminal.Settings, "{termios}"));
        if (terminal.PacketMode)
        {
            _plan.Call("set packet mode", SystemCall.Ioctl, master, TerminalCall.SetPacketMode, _plan.Bytes(BitConverter.GetBytes(1), "[1]"));
        }
    }

    /// <summary>A terminal that is to send signals takes the foreground group for their owner, or whoever says so, when it
    /// has none (tty_fasync): its owner is set later, by a process that has it, and may be one that has ended.</summary>
    private void SendSignals(DescriptorImage image, Slot end)
    {
        if ((image.Flags & O_ASYNC) != 0)
        {
            _plan.Call("send signals", SystemCall.Fcntl, end, F_SETFL, image.Flags & (SettableFlags | O_ASYNC));
            _plan.Call("to nobody yet", SystemCall.Fcntl, end, F_SETOWN, 0);
        }
    }

    /// <summary>When all is open that has to be.</summary>
    private void Protect(PseudoTerminalImage terminal, Slot master, Slot peer)
    {
        if (terminal.Exclusive)
        {
            _plan.Call("make a terminal exclusive", SystemCall.Ioctl, peer, TerminalCall.SetExclusive, 0);
        }

        if (terminal.Locked)
        {
            _plan.Call("lock a pseudoterminal", SystemCall.Ioctl, master, TerminalCall.SetLock, _plan.Bytes(BitConverter.GetBytes(1), "[1]"));
        }
    }

    /// <summary>What ends a line without an echo may be looked at late, when the job's own settings hold already: so its own character,
    /// unless something that is to be typed holds it (quoted by Ctrl-V).</summary>
    private static byte EndOfFile(PseudoTerminalImage terminal, TerminalSettings settings)
    {
        HashSet<byte> taken = [0, TerminalSettings.NewLine, settings.EndsOfLine.First, settings.EndsOfLine.Second, .. terminal.Typed];
        foreach (TypedLineImage line in terminal.Lines)
        {
            taken.UnionWith(line.Bytes);
        }

        return taken.Contains(settings.EndOfFile)
            ? (byte)Enumerable.Range(1, 255).FirstOrDefault(character => !taken.Contains((byte)character), settings.EndOfFile)
            : settings.EndOfFile;
    }
}
