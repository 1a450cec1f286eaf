using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Checkpointing;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Sockets;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>One scan of all processes of a job.</summary>
internal sealed class TreeDescriptorScanner : IDisposable
{
    private readonly List<DescriptorScanner> _scanners = [];
    private readonly List<int> _pids = [];
    private readonly SharedDescriptions _shared;
    private readonly bool _frozen;
    private readonly bool _descends;
    private readonly bool _hasTerminal;
    private readonly TcpTable _tcp;

    /// <param name="processes">The main process first.</param>
    /// <param name="descend">Children of each are looked for when its descriptors have been taken: the other end of a pipe that a
    /// running process has just made for a child is found in that, then.</param>
    public TreeDescriptorScanner(IReadOnlyList<int> processes, CaptureOptions options, SafeFileHandle? unixDiag, bool frozen, bool descend = false)
    {
        _frozen = frozen;
        _descends = descend;
        _hasTerminal = options.StreamTerminal is not null;
        _shared = new SharedDescriptions(frozen);
        _tcp = new TcpTable(() => NetNamespace.OpenUnixDiag(processes[0]) ?? throw new EngineException(EngineError.NoSuchProcess, $"process {processes[0]} has ended"));
        try
        {
            List<int> all = [.. processes];
            for (int i = 0; i < all.Count; i++)
            {
                TryAdd(all[i], options, unixDiag);
                if (descend)
                {
                    all.AddRange((ProcTasks.Children(all[i]) ?? []).Where(child => !all.Contains(child) && ProcStat.Read(child) is { HasEnded: false }));
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public TreeDescriptorCapture Run()
    {
        List<DescriptorCapture> captures = [];
        try
        {
            return Run(captures);
        }
        catch
        {
            captures.ForEach(static capture => capture.Dispose());
            throw;
        }
    }

    private TreeDescriptorCapture Run(List<DescriptorCapture> captures)
    {
        _shared.Processes = _pids;
        _shared.Join([.. _scanners.Select(scanner => scanner.Descriptions)]);
        foreach (DescriptorScanner scanner in _scanners)
        {
            scanner.Scan();
        }

        _shared.ScanPipes();
        _shared.ScanNamedPipes();
        List<Obstacle> obstacles = [.. _shared.FindUnclaimed(), .. _shared.Terminals.Scan(_shared), .. _shared.SettleInFlight()];
        for (int i = 0; i < _scanners.Count; i++)
        {
            DescriptorCapture capture = _scanners[i].Finish();
            captures.Add(capture);
            if (i > 0 && _scanners[i].KnowsItMoves)
            {
                obstacles.Add(new Obstacle("pms-child", $"{ProcessLabel.Of(_pids[i])} is a program that knows it moves; only a job's main process is asked"));
            }

            string whose = i == 0 ? "" : $"{ProcessLabel.Of(_pids[i])}, ";
            obstacles.AddRange(capture.Obstacles.Select(obstacle => obstacle.By(whose)));
        }

        if (!_frozen && _shared.HasInFlight)
        {
            // Only what stands still is looked at so closely: the other end may be what is in flight.
            obstacles.RemoveAll(obstacle => obstacle.Name is "pipe-to-outside" or "fifo" or "unix-socket-to-outside" or "tcp-connection");
        }

        if (!_frozen || _shared.HasInFlight)
        {
            obstacles.AddRange(OutsideHolders.FindObstacles(_pids, [.. _scanners.SelectMany(scanner => scanner.Held)], _descends));
        }

        // On a terminal that comes along the groups do, too.
        bool terminal = !_hasTerminal && captures.Exists(capture => capture.Table.Descriptions.Any(image => image is TerminalImage));
        if (terminal && _pids.Skip(1).FirstOrDefault(LeadsGroup) is var leader and not 0)
        {
            obstacles.Add(new Obstacle("job-control", $"{ProcessLabel.Of(leader)} leads a process group of its own on a terminal"));
        }

        TreeDescriptorCapture all = new(captures, _shared.Table, obstacles);
        if (_frozen)
        {
            foreach ((OpenDescription description, _) in _scanners.SelectMany(scanner => scanner.Held).Where(held => held.Description.IsConnection).DistinctBy(held => held.Description.Status.Inode))
            {
                all.Add(Descriptor.Duplicate(description.Handle));
            }
        }

        return all;
    }

    public void Dispose()
    {
        foreach (DescriptorScanner scanner in _scanners)
        {
            scanner.Dispose();
        }
    }

    private void TryAdd(int pid, CaptureOptions options, SafeFileHandle? unixDiag)
    {
        try
        {
            _scanners.Add(new DescriptorScanner(pid, options, unixDiag, _tcp, _frozen, _shared, main: _pids.Count == 0, HasTableOfParent(pid)));
            _pids.Add(pid);
        }
        catch (EngineException gone) when (gone.Error == EngineError.NoSuchProcess && !_frozen && _pids.Count > 0)
        {
            // A child that has ended meanwhile.
        }
        catch (Exception closed) when (!_frozen && _pids.Count > 0 && SystemCallException.IsForbidden(closed) && ProcStat.IsEndingOrGone(pid))
        {
            // One that is about to: what it had belongs to root for a moment.
        }
    }

    private bool HasTableOfParent(int pid) =>
        ProcStat.Read(pid) is { } stat && _pids.Contains(stat.PPid) && Kcmp.HaveOneTable(ProcTasks.Witness(stat.PPid), ProcTasks.Witness(pid));

    private static bool LeadsGroup(int pid) => ProcStat.Read(pid)?.ProcessGroup == pid;
}
