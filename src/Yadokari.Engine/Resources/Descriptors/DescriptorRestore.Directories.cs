using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Directories that are removed.</content>
public sealed partial class DescriptorRestore
{
    private readonly Dictionary<(ulong Device, ulong Inode), Slot> removedDirectories = [];

    private void OpenRemoved(RemovedDirectoryImage image)
    {
        if (!removedDirectories.TryGetValue((image.Device, image.Inode), out Slot directory))
        {
            removedDirectories.Add((image.Device, image.Inode), directory = MakeRemoved(image));
        }

        // No path leads there any more, but it does itself.
        Put(image, tools.Make($"open {image.Path}", SystemCall.Openat, directory, plan.Text("."), (image.Flags & OpenFlags) | DirectoryOnly | CloseOnExec, 0), SettableFlags);
    }

    /// <summary>By its name, or where something else has that by now by another one, in the directory above it, which is held: so nobody can put
    /// another one in its place. Whoever finds the descriptor's directory not to be what was removed goes no further.</summary>
    private Slot MakeRemoved(RemovedDirectoryImage image)
    {
        const int statusLength = 144, linksOffset = 16, onlyMine = 0x1C0;
        Slot above = plan.NewSlot(), made = plan.NewSlot();
        PlanLabel taken = new("its name is taken"), open = new("made"), removed = new("removed");
        string parent = Path.GetDirectoryName(image.Path) ?? "/";
        plan.CallInto(tools.Raw, $"open {parent}", SystemCall.Open, plan.Text(parent), PathOnly | DirectoryOnly | CloseOnExec, 0);
        tools.Lift(tools.Raw, above);
        plan.CallOrJump(null, taken, SystemCall.Mkdirat, above, plan.Text(Path.GetFileName(image.Path)), onlyMine);
        OpenAndRemove(Path.GetFileName(image.Path));
        plan.Jump(open);
        plan.Place(taken);
        string other = $".yado-removed-{image.Inode}";
        plan.Call($"make a directory in {parent}", SystemCall.Mkdirat, above, plan.Text(other), onlyMine);
        OpenAndRemove(other);
        plan.Place(open);
        DataReference status = plan.Room(statusLength, "stat");
        plan.Call(null, SystemCall.Fstat, made, status);
        plan.Do(OperationKind.Load64, tools.Raw, Argument.AddressOf(status, linksOffset));
        plan.JumpIf(tools.Raw, Condition.Equal, 0, removed);
        plan.Fail($"{image.Path} was made again, and somebody has put something else in its place", 1);
        plan.Place(removed);
        RestoreTools.Own(plan, image.DirectoryOwner, made);
        plan.Call($"set the mode of {image.Path}", SystemCall.Fchmod, made, image.DirectoryOwner.Mode);
        plan.Call(null, SystemCall.Close, above);
        return made;

        void OpenAndRemove(string name)
        {
            const int removeDirectory = 0x200; // AT_REMOVEDIR
            DataReference text = plan.Text(name);
            plan.CallInto(tools.Raw, $"open {name} in {parent}", SystemCall.Openat, above, text, DirectoryOnly | NoFollow | CloseOnExec, 0);
            tools.Lift(tools.Raw, made);
            plan.Call($"remove {name} in {parent}", SystemCall.Unlinkat, above, text, removeDirectory);
        }
    }

    private void CloseRemoved()
    {
        foreach (Slot directory in removedDirectories.Values)
        {
            plan.Call(null, SystemCall.Close, directory);
        }
    }
}
