using Microsoft.Win32.SafeHandles;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Sockets;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// A process and all that descends from it, standing still under ptrace. Every member runs on the tracer's thread. Disposing
/// thaws it.
/// </summary>
/// <remarks>A parent stands still before its children are looked for: so none is missed, and one that waits for its child's
/// exec (vfork) stops as soon as that is over, since the child still runs.</remarks>
public sealed class FrozenTree : IDisposable
{
    private const int MaxRounds = 100;
    private const uint Exiting = 4; // PF_EXITING

    private readonly CancellationToken _cancel;
    private readonly List<FrozenProcess> _processes = [];
    private readonly List<int> _ended = [];
    private readonly List<SafeFileHandle> _connections = [];
    private readonly List<SystemVObject> _objects = [];
    private readonly List<Action> _removals = [];

    private FrozenTree(FrozenProcess main, CancellationToken cancel)
    {
        _cancel = cancel;
        _processes.Add(main);
    }

    /// <summary>The job's main process first, each other one behind its parent.</summary>
    public IReadOnlyList<FrozenProcess> Processes => _processes;

    public FrozenProcess Main => _processes[0];

    /// <summary>Those that have ended and wait to be reaped by one of the others.</summary>
    public IReadOnlyList<int> Ended => _ended;

    public int Pid => Main.Pid;

    public int ThreadCount => _processes.Sum(process => process.Threads.Count);

    /// <summary>Wall clock when all threads stood still.</summary>
    public DateTimeOffset FrozenAt => _processes[^1].FrozenAt;

    /// <summary>Stopwatch ticks when the first thread was stopped.</summary>
    public long StartedAt => Main.StartedAt;

    /// <summary>Stops every thread of every process.</summary>
    /// <param name="cancel">Given up while it waits for a thread.</param>
    /// <exception cref="EngineException">The main process ended meanwhile, or one may not be traced; all run on.</exception>
    /// <exception cref="ObstacleException">A thread can't be interrupted; all run on.</exception>
    public static FrozenTree Freeze(int pid, CancellationToken cancel = default)
    {
        FrozenTree tree = new(FrozenProcess.Freeze(pid, cancel), cancel);
        try
        {
            tree.StopRelatives();
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    /// <summary>Stops what came after the freeze, since threads were let run on for a moment.</summary>
    public void StopNew()
    {
        foreach (FrozenProcess process in _processes.ToList())
        {
            StopNewThreads(process);
        }

        StopRelatives();
    }

    /// <summary>Does something with each process that may let it run on for a moment. One that ends meanwhile has ended.</summary>
    public void ForEach(Action<FrozenProcess> action)
    {
        foreach (FrozenProcess process in _processes.ToList())
        {
            Unless(process, action);
        }
    }

    /// <summary>Keeps both ends of connections between its processes, so that a kill ends them at once: else the kernel would keep their
    /// ports for a minute (TIME_WAIT). The tree owns the handles.</summary>
    public void Hold(IEnumerable<SafeFileHandle> sockets) => _connections.AddRange(sockets);

    /// <summary>Objects of the host's IPC namespace that only its processes used: they would outlive them.</summary>
    public void RemoveAtEnd(IEnumerable<SystemVObject> used) => _objects.AddRange(used);

    /// <summary>The same of anything else.</summary>
    public void RemoveAtEnd(Action removal) => _removals.Add(removal);

    /// <summary>Lets all run on as if nothing had been.</summary>
    public void Thaw()
    {
        Release();
        for (int i = _processes.Count - 1; i >= 0; i--)
        {
            _processes[i].Thaw();
        }
    }

    /// <summary>Nothing that it has, but memory, would be in the way of its copy: no locks.</summary>
    public bool HoldsNothing { get; set; }

    /// <summary>As <see cref="Kill"/>, but where it holds nothing that its copy wants it does not wait until the memory is given back, which
    /// takes a while for each GiB: no instruction of it is executed any more. <see cref="Dispose"/> waits.</summary>
    public void Condemn()
    {
        if (!HoldsNothing || _connections.Count + _objects.Count + _removals.Count > 0)
        {
            Kill();
            return;
        }

        foreach (FrozenProcess process in _processes)
        {
            process.Kill();
        }
    }

    /// <summary>Ends all, and waits until every thread is gone.</summary>
    public void Kill()
    {
        foreach (FrozenProcess process in _processes)
        {
            process.Kill();
        }

        foreach (FrozenProcess process in _processes)
        {
            process.AwaitEnd();
        }

        _connections.ForEach(SocketProbe.Disconnect);
        _objects.ForEach(static one => SystemVCall.TryRemove(one.Kind, one.Id));
        _removals.ForEach(static removal => removal());
        Release();
    }

    public void Dispose()
    {
        Release();
        for (int i = _processes.Count - 1; i >= 0; i--)
        {
            _processes[i].AwaitEnd();
            _processes[i].Dispose();
        }
    }

    private void Release()
    {
        _connections.ForEach(static socket => socket.Dispose());
        _connections.Clear();
    }

    private void StopNewThreads(FrozenProcess process) => Unless(process, static one => one.StopNewThreads());

    private void Unless(FrozenProcess process, Action<FrozenProcess> action)
    {
        try
        {
            action(process);
        }
        catch (EngineException) when (process != Main && HasEnded(process.Pid))
        {
            _processes.Remove(process);
            process.Dispose();
        }
    }

    private void StopRelatives()
    {
        HashSet<int> known = [.. _processes.Select(process => process.Pid)];
        bool any = true;
        for (int round = 0; any; round++)
        {
            any = false;
            _ended.Clear();
            foreach (int orphan in JobInit.Orphans(Pid))
            {
                if (!known.Contains(orphan) && TryFreeze(orphan) is { } process)
                {
                    known.Add(orphan);
                    _processes.Add(process);
                    any = true;
                }
            }

            for (int i = 0; i < _processes.Count; i++)
            {
                foreach (int child in ProcTasks.Children(_processes[i].Pid) ?? [])
                {
                    if (known.Contains(child))
                    {
                        continue;
                    }

                    if (TryFreeze(child) is { } process)
                    {
                        known.Add(child);
                        _processes.Add(process);
                        any = true;
                    }
                    else if (ProcStat.Read(child) is { State: 'Z', HasEnded: true })
                    {
                        _ended.Add(child);
                    }
                }
            }

            if (round == MaxRounds)
            {
                throw new EngineException(EngineError.Failed, $"process {Pid} and its children make processes faster than they can be stopped");
            }
        }

        if (_processes.Count > 1)
        {
            foreach (FrozenProcess process in _processes)
            {
                process.Memory.KeepsSharing = true;
            }
        }
    }

    private FrozenProcess? TryFreeze(int child)
    {
        if (HasEnded(child))
        {
            return null;
        }

        try
        {
            return FrozenProcess.Freeze(child, _cancel);
        }
        catch (EngineException) when (Ends(child))
        {
            return null;
        }
    }

    /// <summary>A process on its way out has no memory any more, and is no zombie yet.</summary>
    private static bool Ends(int pid)
    {
        const int looks = 500;
        for (int look = 0; look < looks && ProcStat.Read(pid) is { KernelFlags: var flags } && (flags & Exiting) != 0 && !HasEnded(pid); look++)
        {
            ShortSleep.For(1000);
        }

        return HasEnded(pid);
    }

    private static bool HasEnded(int pid) => ProcStat.Read(pid) is null or { HasEnded: true };
}
