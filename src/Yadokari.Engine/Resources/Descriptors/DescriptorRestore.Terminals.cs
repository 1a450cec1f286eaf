using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Pseudoterminals: both sides of all of them, with what waits in them.</content>
public sealed partial class DescriptorRestore
{
    private void OpenTerminals()
    {
        if (table.Terminals.Count == 0)
        {
            return;
        }

        (Slot master, Slot peer, Slot end) = (plan.NewSlot(), plan.NewSlot(), plan.NewSlot());
        TerminalQueuePlan queue = new(plan);
        for (int i = 0; i < table.Terminals.Count; i++)
        {
            PseudoTerminalImage terminal = table.Terminals[i];
            OpenMaster(terminal, master);
            OpenPeer(terminal, master, TerminalCall.QuietFlags, peer);
            RestoreTools.Own(plan, terminal.Owner, peer);
            if (terminal.Owner is { } owner)
            {
                plan.Call($"set the mode of /dev/pts/{terminal.Number}", SystemCall.Fchmod, peer, owner.Mode);
            }

            if (!terminal.HungUp)
            {
                Set(terminal, master, peer, queue);
            }

            foreach (PtySlaveImage image in table.Descriptions.OfType<PtySlaveImage>().Where(image => image.Terminal == terminal.Number))
            {
                // This request keeps all its flags, also those of which an open leaves none behind.
                const int largeFile = 0x8000;
                OpenPeer(terminal, master, (image.Flags & (AccessMode | SettableFlags | largeFile | CloseOnExec)) | NoTerminal, end);
                Put(image, end, SettableFlags);
            }

            if (terminal.Session != 0)
            {
                OpenPeer(terminal, master, TerminalCall.QuietFlags, end);
                plan.Call(null, SystemCall.Dup3, end, place.Control(i), CloseOnExec);
                plan.Call(null, SystemCall.Close, end);
            }

            Protect(terminal, master, peer);
            plan.Call(null, SystemCall.Close, peer);
            if (table.Descriptions.OfType<PtyMasterImage>().FirstOrDefault(image => image.Terminal == terminal.Number) is { } held)
            {
                Put(held, master, 0);
            }
            else
            {
                plan.Call(null, SystemCall.Close, master);
            }
        }

        plan.Call("close descriptors", SystemCall.Close_range, place.Aside, uint.MaxValue, 0);
    }

    /// <summary>The kernel gives the lowest number that is free: those below are taken meanwhile.</summary>
    private void OpenMaster(PseudoTerminalImage terminal, Slot master)
    {
        const int duplicate = 1030; // F_DUPFD_CLOEXEC
        PlanLabel again = new("next number"), found = new($"/dev/pts/{terminal.Number}");
        DataReference answer = plan.Room(8, "number");
        Slot number = plan.NewSlot();
        plan.Place(again);
        plan.CallInto(tools.Raw, "open /dev/ptmx", SystemCall.Open, plan.Text("/dev/ptmx"), ReadWrite | NoTerminal | CloseOnExec, 0);
        plan.Call("ask for the number of a pseudoterminal", SystemCall.Ioctl, tools.Raw, TerminalCall.GetNumber, answer);
        plan.Do(OperationKind.Load32, number, answer);
        plan.JumpIf(number, Condition.Equal, terminal.Number, found);
        plan.CallInto(master, "too few descriptors: raise ulimit -n", SystemCall.Fcntl, tools.Raw, duplicate, place.Aside);
        plan.Call(null, SystemCall.Close, tools.Raw);
        plan.JumpIf(number, Condition.Less, terminal.Number, again);
        plan.Fail($"/dev/pts/{terminal.Number} can't be had", 5);
        plan.Place(found);
        tools.Lift(tools.Raw, master);
        plan.Call("unlock a pseudoterminal", SystemCall.Ioctl, master, TerminalCall.SetLock, plan.Bytes(new byte[4], "[0]"));
    }

    private void OpenPeer(PseudoTerminalImage terminal, Slot master, int flags, Slot into)
    {
        plan.CallInto(tools.Raw, $"open /dev/pts/{terminal.Number}", SystemCall.Ioctl, master, TerminalCall.OpenPeer, flags);
        tools.Lift(tools.Raw, into);
    }

    private void Set(PseudoTerminalImage terminal, Slot master, Slot peer, TerminalQueuePlan queue)
    {
        PlanLabel full = new("full"), filled = new("filled");
        TerminalSettings settings = new(terminal.Settings);
        byte endOfFile = EndOfFile(terminal, settings);
        plan.Call("set the size of a window", SystemCall.Ioctl, master, TerminalCall.SetWindow, plan.Bytes(terminal.Window, "{winsize}"));
        plan.Call("set a terminal", SystemCall.Ioctl, peer, TerminalCall.SetSettings, plan.Bytes(settings.ForFilling(endOfFile), "{termios}"));
        foreach (TypedLineImage line in terminal.Lines)
        {
            byte[] bytes = line.EndsFile ? [.. line.Bytes, endOfFile] : line.Bytes;
            queue.Type(master, plan.Bytes(bytes), bytes.Length, line.Bytes.Length, full);
        }

        if (terminal.Typed.Length > 0)
        {
            queue.Type(master, plan.Bytes(terminal.Typed), terminal.Typed.Length, terminal.Typed.Length, full);
        }

        if (terminal.Output.Length > 0)
        {
            queue.Print(peer, plan.Bytes(terminal.Output), terminal.Output.Length, full);
        }

        plan.Jump(filled);
        plan.Place(full);
        plan.Fail($"/dev/pts/{terminal.Number} takes less than it held", 1);
        plan.Place(filled);
        plan.Call("set a terminal", SystemCall.Ioctl, peer, TerminalCall.SetSettings, plan.Bytes(terminal.Settings, "{termios}"));
        if (terminal.PacketMode)
        {
            plan.Call("set packet mode", SystemCall.Ioctl, master, TerminalCall.SetPacketMode, plan.Bytes(BitConverter.GetBytes(1), "[1]"));
        }
    }

    /// <summary>When all is open that has to be.</summary>
    private void Protect(PseudoTerminalImage terminal, Slot master, Slot peer)
    {
        if (terminal.Exclusive)
        {
            plan.Call("make a terminal exclusive", SystemCall.Ioctl, peer, TerminalCall.SetExclusive, 0);
        }

        if (terminal.Locked)
        {
            plan.Call("lock a pseudoterminal", SystemCall.Ioctl, master, TerminalCall.SetLock, plan.Bytes(BitConverter.GetBytes(1), "[1]"));
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
