using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;
using static Yadokari.Linux.Abi.Prctl;
using static Yadokari.Linux.Abi.SignalNumber;
using static Yadokari.Linux.Abi.Wait;

namespace Yadokari.Engine.Resources.Descriptors;

/// <content>Files of /proc that belong to other processes of the job, or to one that is gone.</content>
public sealed partial class DescriptorRestore
{
    private void OpenFilesOfRelatives()
    {
        IReadOnlyList<PathImage> files = [.. _table.Descriptions.OfType<PathImage>().Where(file => file.AfterRelatives)];
        if (files.Count > 0)
        {
            _place.AwaitRelatives();
        }

        foreach (PathImage file in files.Where(file => !file.OfGone))
        {
            OpenPath(file);
        }

        foreach (IGrouping<int, PathImage> gone in files.Where(file => file.OfGone).GroupBy(file => ProcessFiles.NumberOf(file.Path) ?? 0))
        {
            OpenOfGone([.. gone]);
        }
    }

    /// <summary>Of a process that is made for them, and ended and waited for when they are open: what reads from them finds nobody.</summary>
    private void OpenOfGone(IReadOnlyList<PathImage> files)
    {
        const int roomForPath = 4096, failed = 1;
        PlanLabel child = new("process for its files"), next = new("next");
        Slot made = _plan.NewSlot(), cursor = _plan.NewSlot();
        _plan.Add(new Operation
        {
            Kind = OperationKind.Clone,
            Number = (int)SystemCall.Clone3,
            Arguments = [ShellPlan.CloneArguments(_plan, _place.FreePid(), signal: 0), 88],
            Result = made,
            Target = child,
            Message = _plan.Text("make a process for its files"),
        });
        _plan.Jump(next);
        _plan.Place(child);
        _plan.Call(null, SystemCall.Prctl, Argument.Named(PR_SET_PDEATHSIG, "PR_SET_PDEATHSIG"), SIGKILL);

        // Not for ever: its parent may have died before it was to die with it.
        byte[] moment = new byte[16];
        moment[0] = 10;
        _plan.Try(null, SystemCall.Nanosleep, _plan.Bytes(moment, "{10 s}"), 0);
        _plan.Call(null, SystemCall.Exit_group, failed);
        _plan.Place(next);
        DataReference path = _plan.Room(roomForPath, "/proc/PID/…");
        foreach (PathImage file in files)
        {
            DataReference before = _plan.Text("/proc/"), behind = _plan.Text(file.Path["/proc/".Length..].TrimStart("0123456789".ToCharArray()));
            _plan.Set(cursor, path);
            _plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(cursor), before, before.Length - 1);
            _plan.Do(OperationKind.AppendDecimal, null, Argument.AddressOf(cursor), made);
            _plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(cursor), behind, behind.Length);
            Put(file, _tools.Make($"open {file.Path}", SystemCall.Open, path, (file.Flags & OpenFlags) | O_NOCTTY | O_CLOEXEC, 0), SettableFlags);
        }

        _plan.Call("end a process", SystemCall.Kill, made, SIGKILL);
        _plan.Call("wait for a process that is gone", SystemCall.Wait4, made, 0, Argument.Named(__WALL, "__WALL"), 0);
    }
}
