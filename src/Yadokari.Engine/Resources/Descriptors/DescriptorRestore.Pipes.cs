using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Pipes, and those with names.</content>
public sealed partial class DescriptorRestore
{
    private void OpenPipe(ulong id)
    {
        PipeImage pipe = _pipes.GetValueOrDefault(id) ?? throw new EngineException(EngineError.BadContextFile, $"the image has no pipe {id}");
        if (pipe.Path is not null)
        {
            OpenNamedPipe(pipe, pipe.Path);
            return;
        }

        bool packets = InPackets(pipe);
        (Slot read, Slot write) = _tools.MakePair("pipe", SystemCall.Pipe2, pair => [pair, O_CLOEXEC | O_NONBLOCK | (packets ? O_DIRECT : 0)]);
        if (pipe.Owner is { } owner)
        {
            RestoreTools.Own(_plan, owner, read);
            _plan.Call("set the mode of a pipe", SystemCall.Fchmod, read, owner.Mode);
        }

        if (pipe.Capacity != 65536)
        {
            _plan.Call($"set the size of a pipe to {pipe.Capacity} bytes", SystemCall.Fcntl, write, F_SETPIPE_SZ, pipe.Capacity);
        }

        foreach (byte[] piece in packets ? pipe.Unread : Join(pipe.Unread))
        {
            _tools.CheckedWrite("fill a pipe", SystemCall.Write, piece.Length, write, _plan.Bytes(piece), piece.Length);
        }

        bool readTaken = false, writeTaken = false;
        foreach (PipeEndImage end in _pipeEnds[id])
        {
            int access = end.Flags & O_ACCMODE;
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
                Put(end, _tools.Reopen("open a pipe again", read, access | O_CLOEXEC), 0);
            }
        }

        _plan.Call(null, SystemCall.Close, read);
        _plan.Call(null, SystemCall.Close, write);
    }

    /// <summary>It is so until it is filled; then each end is as it was.</summary>
    private bool InPackets(PipeImage pipe) => pipe.InPackets ?? _pipeEnds[pipe.Id].Exists(end => (end.Flags & O_DIRECT) != 0);

    /// <summary>Open for both directions meanwhile, so that no opening waits for another.</summary>
    private void OpenNamedPipe(PipeImage pipe, string name)
    {
        const int usualSize = 65536;
        uint mode = 0x1000 | (pipe.Owner?.Mode ?? 0x180); // S_IFIFO
        PlanLabel taken = new("taken"), there = new("there");
        DataReference path = _plan.Text(name), other = _plan.Text($"{name}.{pipe.Id}");
        Slot made = _plan.NewSlot();
        Slot own = _plan.NewSlot();
        _plan.Set(own, path);
        if (pipe.Removed)
        {
            // Somebody may have made a new one of its name.
            _plan.CallOrJump(null, taken, SystemCall.Mknod, path, mode, 0);
            _plan.Jump(there);
            _plan.Place(taken);
            _plan.Set(own, other);
            _plan.Call($"make the named pipe {name}", SystemCall.Mknod, other, mode, 0);
            _plan.Place(there);
        }

        _plan.CallInto(_tools.Raw, $"open {name}", SystemCall.Open, own, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW, 0);
        _tools.Lift(_tools.Raw, made);
        if (pipe.Removed)
        {
            _plan.Call($"remove {name}", SystemCall.Unlink, own);
            RestoreTools.Own(_plan, pipe.Owner, made);
            _plan.Call("set the mode of a pipe", SystemCall.Fchmod, made, mode & 0xfff);
        }

        if (pipe.Capacity != usualSize)
        {
            _plan.Call($"set the size of {name} to {pipe.Capacity} bytes", SystemCall.Fcntl, made, F_SETPIPE_SZ, pipe.Capacity);
        }

        bool packets = InPackets(pipe);
        if (packets)
        {
            // Not by open(2), which refuses it for named pipes.
            _plan.Call($"set the flags of {name}", SystemCall.Fcntl, made, F_SETFL, O_NONBLOCK | O_DIRECT);
        }

        foreach (byte[] piece in packets ? pipe.Unread : Join(pipe.Unread))
        {
            _tools.CheckedWrite($"fill {name}", SystemCall.Write, piece.Length, made, _plan.Bytes(piece), piece.Length);
        }

        foreach (PipeEndImage end in _pipeEnds[pipe.Id])
        {
            Slot opened = _tools.Reopen($"open {name}", made, (end.Flags & O_ACCMODE) | O_CLOEXEC);
            Put(end, opened, 0);
        }

        _plan.Call(null, SystemCall.Close, made);
    }
}
