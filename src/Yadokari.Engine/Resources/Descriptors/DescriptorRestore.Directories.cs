using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Directories that are removed.</content>
public sealed partial class DescriptorRestore
{
    private readonly Dictionary<(ulong Device, ulong Inode), Slot> _removedDirectories = [];

    private void OpenRemoved(RemovedDirectoryImage image)
    {
        if (!_removedDirectories.TryGetValue((image.Device, image.Inode), out Slot directory))
        {
            _removedDirectories.Add((image.Device, image.Inode), directory = MakeRemoved(image));
        }

        // No path leads there any more, but it does itself.
        Put(image, _tools.Make($"open {image.Path}", SystemCall.Openat, directory, _plan.Text("."), (image.Flags & OpenFlags) | O_DIRECTORY | O_CLOEXEC, 0), SettableFlags);
    }

    /// <summary>By its name, or where something else has that by now by another one, in the directory above it, which is held: so nobody can put
    /// another one in its place. Whoever finds the descriptor's directory not to be what was removed goes no further.</summary>
    private Slot MakeRemoved(RemovedDirectoryImage image)
    {
        const int statusLength = 144, linksOffset = 16, onlyMine = 0x1C0;
        Slot above = _plan.NewSlot(), made = _plan.NewSlot();
        PlanLabel taken = new("its name is taken"), open = new("made"), removed = new("removed");
        string parent = Path.GetDirectoryName(image.Path) ?? "/";
        _plan.CallInto(_tools.Raw, $"open {parent}", SystemCall.Open, _plan.Text(parent), O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        _tools.Lift(_tools.Raw, above);
        _plan.CallOrJump(null, taken, SystemCall.Mkdirat, above, _plan.Text(Path.GetFileName(image.Path)), onlyMine);
        OpenAndRemove(Path.GetFileName(image.Path));
        _plan.Jump(open);
        _plan.Place(taken);
        string other = $".yado-removed-{image.Inode}";
        _plan.Call($"make a directory in {parent}", SystemCall.Mkdirat, above, _plan.Text(other), onlyMine);
        OpenAndRemove(other);
        _plan.Place(open);
        DataReference status = _plan.Room(statusLength, "stat");
        _plan.Call(null, SystemCall.Fstat, made, status);
        _plan.Do(OperationKind.Load64, _tools.Raw, Argument.AddressOf(status, linksOffset));
        _plan.JumpIf(_tools.Raw, Condition.Equal, 0, removed);
        _plan.Fail($"{image.Path} was made again, and somebody has put something else in its place", 1);
        _plan.Place(removed);
        RestoreTools.Own(_plan, image.DirectoryOwner, made);
        _plan.Call($"set the mode of {image.Path}", SystemCall.Fchmod, made, image.DirectoryOwner.Mode);
        _plan.Call(null, SystemCall.Close, above);
        return made;

        void OpenAndRemove(string name)
        {
            DataReference text = _plan.Text(name);
            _plan.CallInto(_tools.Raw, $"open {name} in {parent}", SystemCall.Openat, above, text, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
            _tools.Lift(_tools.Raw, made);
            _plan.Call($"remove {name} in {parent}", SystemCall.Unlinkat, above, text, AT_REMOVEDIR);
        }
    }

    private void CloseRemoved()
    {
        foreach (Slot directory in _removedDirectories.Values)
        {
            _plan.Call(null, SystemCall.Close, directory);
        }
    }
}
