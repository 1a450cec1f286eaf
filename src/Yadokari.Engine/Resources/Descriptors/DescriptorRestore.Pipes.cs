using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Pipes, and those with names.</content>
public sealed partial class DescriptorRestore
{
    private void OpenPipe(ulong id)
    {
        PipeImage pipe = pipes.GetValueOrDefault(id) ?? throw new EngineException(EngineError.BadContextFile, $"the image has no pipe {id}");
        if (pipe.Path is not null)
        {
            OpenNamedPipe(pipe, pipe.Path);
            return;
        }

        bool packets = pipeEnds[id].Exists(end => (end.Flags & Direct) != 0);

        (Slot read, Slot write) = tools.MakePair("pipe", SystemCall.Pipe2, pair => [pair, CloseOnExec | NonBlocking | (packets ? Direct : 0)]);
        if (pipe.Owner is { } owner)
        {
            RestoreTools.Own(plan, owner, read);
            plan.Call("set the mode of a pipe", SystemCall.Fchmod, read, owner.Mode);
        }

        if (pipe.Capacity != 65536)
        {
            const int setPipeSize = 1031;
            plan.Call($"set the size of a pipe to {pipe.Capacity} bytes", SystemCall.Fcntl, write, setPipeSize, pipe.Capacity);
        }

        foreach (byte[] piece in packets ? pipe.Unread : Join(pipe.Unread))
        {
            tools.CheckedWrite("fill a pipe", SystemCall.Write, piece.Length, write, plan.Bytes(piece), piece.Length);
        }

        bool readTaken = false, writeTaken = false;
        foreach (PipeEndImage end in pipeEnds[id])
        {
            int access = end.Flags & AccessMode;
            if (access == 0 && !readTaken)
            {
                readTaken = true;
                SetFlags(end, read);
                Number(end, read);
            }
            else if (access == 1 && !writeTaken)
            {
                writeTaken = true;
                SetFlags(end, write);
                Number(end, write);
            }
            else
            {
                Put(end, tools.Reopen("open a pipe again", read, access | CloseOnExec), 0);
            }
        }

        plan.Call(null, SystemCall.Close, read);
        plan.Call(null, SystemCall.Close, write);
    }

    /// <summary>Open for both directions meanwhile, so that no opening waits for another.</summary>
    private void OpenNamedPipe(PipeImage pipe, string name)
    {
        const int setPipeSize = 1031, usualSize = 65536;
        uint mode = 0x1000 | (pipe.Owner?.Mode ?? 0x180); // S_IFIFO
        PlanLabel taken = new("taken"), there = new("there");
        DataReference path = plan.Text(name), other = plan.Text($"{name}.{pipe.Id}");
        Slot made = plan.NewSlot();
        Slot own = plan.NewSlot();
        plan.Set(own, path);
        if (pipe.Removed)
        {
            // Somebody may have made a new one of its name.
            plan.CallOrJump(null, taken, SystemCall.Mknod, path, mode, 0);
            plan.Jump(there);
            plan.Place(taken);
            plan.Set(own, other);
            plan.Call($"make the named pipe {name}", SystemCall.Mknod, other, mode, 0);
            plan.Place(there);
        }

        plan.CallInto(tools.Raw, $"open {name}", SystemCall.Open, own, ReadWrite | NonBlocking | CloseOnExec | NoFollow, 0);
        tools.Lift(tools.Raw, made);
        if (pipe.Removed)
        {
            plan.Call($"remove {name}", SystemCall.Unlink, own);
            RestoreTools.Own(plan, pipe.Owner, made);
            plan.Call("set the mode of a pipe", SystemCall.Fchmod, made, mode & 0xfff);
        }

        if (pipe.Capacity != usualSize)
        {
            plan.Call($"set the size of {name} to {pipe.Capacity} bytes", SystemCall.Fcntl, made, setPipeSize, pipe.Capacity);
        }

        bool packets = pipeEnds[pipe.Id].Exists(end => (end.Flags & Direct) != 0);
        foreach (byte[] piece in packets ? pipe.Unread : Join(pipe.Unread))
        {
            tools.CheckedWrite($"fill {name}", SystemCall.Write, piece.Length, made, plan.Bytes(piece), piece.Length);
        }

        foreach (PipeEndImage end in pipeEnds[pipe.Id])
        {
            Slot opened = tools.Reopen($"open {name}", made, (end.Flags & AccessMode) | CloseOnExec);
            Put(end, opened, 0);
        }

        plan.Call(null, SystemCall.Close, made);
    }
}
