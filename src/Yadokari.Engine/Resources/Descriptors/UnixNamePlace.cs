using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>
/// The directory from which a unix socket gets its name: bind(2) keeps the words of the path, whatever the file is called later. A relative
/// name whose file was removed or renamed is bound in a directory made for it, where it is in nobody's way:
/// <code>
/// mkdir /tmp/.yado-socket-4711; cd there; bind "x.sock"; unlink x.sock (or: rename it to where it is now); cd back; rmdir
/// </code>
/// </summary>
internal sealed class UnixNamePlace(PlanBuilder plan, RestoreTools tools)
{
    private const int DirectoryPath = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    private const int OnlyMine = 0x1C0;
    private const string AnyName = "d";

    private readonly Slot _home = plan.NewSlot();
    private readonly Slot _place = plan.NewSlot();

    /// <summary>Goes to where the name is bound.</summary>
    /// <param name="removeStale">Removes what the job has left behind at a path of the working directory.</param>
    /// <param name="otherwise">There is no place for it; null: then the resume fails.</param>
    public void Enter(UnixName name, Action<string> removeStale, PlanLabel? otherwise)
    {
        if (name.RenamedTo is { } file)
        {
            RemoveRenamed(file, removeStale);
        }

        if (name.IsAside)
        {
            MakeAside(name, otherwise);
        }
        else if (name.Directory is { } directory)
        {
            KeepHome();
            plan.Call($"change to {directory}", SystemCall.Chdir, plan.Text(directory));
            tools.Lift(OpenHere(), _place);
        }

        if (!name.IsAside)
        {
            removeStale(name.Path);
        }
    }

    /// <summary>Goes there once more.</summary>
    public void EnterAgain(UnixName name)
    {
        if (!name.Path.StartsWith('/'))
        {
            plan.Call(null, SystemCall.Fchdir, _place);
        }
    }

    /// <summary>The socket has its name: its file goes to its place, and the process back to its directory.</summary>
    /// <param name="keep">Else the file is removed: another socket of the job comes there.</param>
    public void Leave(UnixName name, bool keep)
    {
        DataReference path = plan.Text(name.Path);
        FileOwnerImage? owner = keep ? name.Owner : null;
        string? kept = owner is null ? null : name.RenamedTo ?? name.Path;
        if (owner is not null && name.RenamedTo is { } renamed)
        {
            // Not a link: of a file that was linked the kernel would tell that it is gone.
            plan.Call($"{renamed} is in use here, or can't be made", SystemCall.Renameat2, AT_FDCWD, path, AT_FDCWD, plan.Text(renamed), RENAME_NOREPLACE);
        }
        else if (owner is null)
        {
            plan.Call($"remove {name.Path}", SystemCall.Unlink, path);
        }

        if (owner is not null && kept is not null)
        {
            DataReference file = plan.Text(kept);
            plan.Try(null, SystemCall.Lchown, file, owner.Uid, owner.Gid);
            plan.Call($"set the mode of {kept}", SystemCall.Chmod, file, owner.Mode);
        }

        Abandon(name);
    }

    /// <summary>The process goes back to its directory, without a name for the socket.</summary>
    public void Abandon(UnixName name)
    {
        if (name.IsAside)
        {
            RemoveAside(name);
        }

        if (!name.Path.StartsWith('/'))
        {
            GoHome();
            plan.Call(null, SystemCall.Close, _place);
        }
    }

    /// <summary>What is emitted works in a directory.</summary>
    public void In(string directory, Action emit)
    {
        KeepHome();
        plan.Call($"change to {directory}", SystemCall.Chdir, plan.Text(directory));
        emit();
        GoHome();
    }

    private Slot OpenHere()
    {
        plan.CallInto(tools.Raw, "open the working directory", SystemCall.Open, plan.Text("."), DirectoryPath, 0);
        return tools.Raw;
    }

    private void GoHome()
    {
        plan.Call(null, SystemCall.Fchdir, _home);
        plan.Call(null, SystemCall.Close, _home);
    }

    private void KeepHome() => tools.Lift(OpenHere(), _home);

    /// <summary>By a short name, as an address must be.</summary>
    private void RemoveRenamed(string file, Action<string> removeStale)
    {
        const int longest = 107;
        string name = Path.GetFileName(file), directory = Path.GetDirectoryName(file) ?? "/";
        if (name.Length is 0 or > longest)
        {
            return;
        }

        PlanLabel none = new("no such directory");
        KeepHome();
        plan.CallOrJump(null, none, SystemCall.Chdir, plan.Text(directory));
        removeStale(name);
        plan.Place(none);
        GoHome();
    }

    /// <summary>In the directory of the renamed file, to which it is moved; else in one where anybody may, or in the job's own. No other user
    /// can put another in its place: a directory for all is sticky.</summary>
    private void MakeAside(UnixName name, PlanLabel? otherwise)
    {
        PlanLabel made = new("made"), none = new("no place");
        DataReference directory = plan.Text(AsideName(name));
        IReadOnlyList<string> bases = name.RenamedTo is { } file ? [Path.GetDirectoryName(file) ?? "/"] : ["/tmp", "/var/tmp", "."];
        KeepHome();
        foreach (string one in bases)
        {
            PlanLabel next = new("next");
            plan.CallOrJump(null, next, SystemCall.Fchdir, _home);
            plan.CallOrJump(null, next, SystemCall.Chdir, plan.Text(one));
            plan.CallOrJump(null, next, SystemCall.Mkdirat, AT_FDCWD, directory, OnlyMine);
            plan.Jump(made);
            plan.Place(next);
        }

        GoHome();
        if (otherwise is null)
        {
            plan.Fail($"there is no directory in which a socket gets the name {name.Path}: {string.Join(", ", bases)}", 1);
        }
        else
        {
            plan.Jump(otherwise);
        }

        plan.Place(made);
        plan.CallInto(tools.Raw, $"open {AsideName(name)}", SystemCall.Open, directory, DirectoryPath, 0);
        tools.Lift(tools.Raw, _place);
        plan.Call(null, SystemCall.Fchdir, _place);
        foreach (string one in Directories(name))
        {
            plan.Call($"make {one}", SystemCall.Mkdirat, AT_FDCWD, plan.Text(one), OnlyMine);
        }

        if (Depth(name) > 0)
        {
            plan.Call(null, SystemCall.Chdir, plan.Text(Start(name)));
            plan.Call(null, SystemCall.Close, _place);
            tools.Lift(OpenHere(), _place);
        }
    }

    private void RemoveAside(UnixName name)
    {
        plan.Call(null, SystemCall.Fchdir, _place);
        if (Depth(name) > 0)
        {
            plan.Call(null, SystemCall.Chdir, plan.Text(string.Join('/', Enumerable.Repeat("..", Depth(name)))));
        }

        foreach (string one in Directories(name).Reverse())
        {
            plan.Call($"remove {one}", SystemCall.Unlinkat, AT_FDCWD, plan.Text(one), AT_REMOVEDIR);
        }

        plan.Call($"remove {AsideName(name)}", SystemCall.Unlinkat, AT_FDCWD, plan.Text($"../{AsideName(name)}"), AT_REMOVEDIR);
    }

    private static string AsideName(UnixName name) => $".yado-socket-{name.Id}";

    /// <summary>How far above its start a path leads: as deep below is the start.</summary>
    private static int Depth(UnixName name)
    {
        int at = 0, lowest = 0;
        foreach (string part in Parts(name))
        {
            at += part == ".." ? -1 : 1;
            lowest = Math.Min(lowest, at);
        }

        return -lowest;
    }

    private static string Start(UnixName name) => string.Join('/', Enumerable.Repeat(AnyName, Depth(name)));

    /// <summary>All that the path leads through, those above others first.</summary>
    private static IReadOnlyList<string> Directories(UnixName name)
    {
        List<string> made = [];
        List<string> at = [];
        void Add(string part)
        {
            at.Add(part);
            string path = string.Join('/', at);
            if (!made.Contains(path))
            {
                made.Add(path);
            }
        }

        for (int i = 0; i < Depth(name); i++)
        {
            Add(AnyName);
        }

        foreach (string part in Parts(name))
        {
            if (part == "..")
            {
                at.RemoveAt(at.Count - 1);
            }
            else
            {
                Add(part);
            }
        }

        return made;
    }

    /// <summary>The directories of the path.</summary>
    private static IEnumerable<string> Parts(UnixName name) =>
        name.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).SkipLast(1).Where(part => part != ".");
}
