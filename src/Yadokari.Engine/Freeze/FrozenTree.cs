using Yadokari.Linux;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// A process all of whose threads stand still under ptrace. Every member runs on the tracer's thread.
/// Disposing thaws it; whatever was borrowed (registers, masks) is given back first.
/// </summary>
public sealed class FrozenTree : IDisposable
{
    private const int SigKill = 9;
    private const int MaxRounds = 100;
    private const int MomentMicroseconds = 50;

    private readonly List<FrozenThread> threads = [];
    private bool released;

    private FrozenTree(int pid, RemoteMemory memory)
    {
        Pid = pid;
        Memory = memory;
    }

    public int Pid { get; }

    public RemoteMemory Memory { get; }

    /// <summary>The main thread first, then by tid.</summary>
    public IReadOnlyList<FrozenThread> Threads => threads;

    public FrozenThread Main => threads[0];

    /// <summary>Wall clock when all threads stood still.</summary>
    public DateTimeOffset FrozenAt { get; private set; }

    /// <summary>Stopwatch ticks when the first thread was stopped.</summary>
    public long StartedAt { get; private set; }

    /// <summary>Stops every thread of the process.</summary>
    /// <exception cref="EngineException">It ended meanwhile, or may not be traced; it runs on.</exception>
    public static FrozenTree Freeze(int pid)
    {
        RemoteMemory memory;
        try
        {
            memory = new RemoteMemory(pid);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw e is FileNotFoundException or DirectoryNotFoundException
                ? new EngineException(EngineError.NoSuchProcess, $"no process {pid}", e)
                : new EngineException(EngineError.NotPermitted, $"process {pid}: not permitted to look at its memory", e);
        }

        FrozenTree tree = new(pid, memory);
        try
        {
            tree.StopAll();
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    /// <summary>Lets every thread run on as if nothing had been.</summary>
    public void Thaw()
    {
        if (released)
        {
            return;
        }

        released = true;
        foreach (FrozenThread thread in threads)
        {
            try
            {
                GiveBack(thread);
                thread.Tracee.TryDetach();
            }
            catch (SystemCallException e) when (e.Number == Errno.ESRCH)
            {
                // Killed by someone while it stood still: nothing left to thaw.
            }
        }
    }

    /// <summary>Ends the process and waits until every thread is gone.</summary>
    public void Kill()
    {
        if (released)
        {
            return;
        }

        released = true;
        Signals.Send(Pid, SigKill);

        // The leader is reported last: its end is held back until every other thread is reaped.
        for (int i = threads.Count - 1; i >= 0; i--)
        {
            FrozenThread thread = threads[i];
            while (thread.Tracee.WaitStop().Kind != StopKind.Gone)
            {
                thread.Tracee.TryContinue();
            }
        }
    }

    /// <summary>Registers and mask as they were before anything was injected.</summary>
    public static void GiveBack(FrozenThread thread)
    {
        if (thread.Borrowed)
        {
            thread.Tracee.SetRegisters(thread.Registers);
            thread.Tracee.SetSignalMask(thread.SignalMask);
            thread.Borrowed = false;
        }
    }

    /// <summary>
    /// Lets one thread run on for a moment, as it would have without the freeze, and stops it again somewhere else. The
    /// others stand still meanwhile; call <see cref="StopNewThreads"/> afterwards, since it may have made some.
    /// </summary>
    /// <exception cref="EngineException">It ended meanwhile.</exception>
    public void RunOn(FrozenThread thread)
    {
        GiveBack(thread);
        thread.Tracee.TryContinue();
        // Interrupted at once it would not have run at all.
        ShortSleep.For(MomentMicroseconds);
        thread.Tracee.TryInterrupt();
        if (!WaitUntilFrozen(thread))
        {
            throw new EngineException(EngineError.NoSuchProcess, $"thread {thread.Tid} ended while it was frozen");
        }

        Look(thread);
    }

    /// <summary>Stops threads that came after the freeze.</summary>
    public void StopNewThreads() => StopAll();

    /// <summary>
    /// Gives back what was borrowed, and leaves every thread in a stop that does no harm when its tracer dies: out of the
    /// stop of a breakpoint or a single step it would go on with the SIGTRAP of that stop, or with the trap flag set.
    /// </summary>
    /// <exception cref="EngineException">A thread was killed meanwhile.</exception>
    public void Settle()
    {
        foreach (FrozenThread thread in threads)
        {
            if (!thread.Borrowed)
            {
                continue;
            }

            GiveBack(thread);

            // An interrupt that is pending traps before the first instruction and before any signal (get_signal,
            // kernel/signal.c); continuing, other than stepping, takes the trap flag away.
            thread.Tracee.TryInterrupt();
            thread.Tracee.TryContinue();
            if (thread.Tracee.WaitStop().Kind is not (StopKind.Interrupted or StopKind.GroupStop))
            {
                throw new EngineException(EngineError.NoSuchProcess, $"thread {thread.Tid} was killed while it was frozen");
            }
        }
    }

    public void Dispose()
    {
        Thaw();
        Memory.Dispose();
    }

    private void StopAll()
    {
        if (StartedAt == 0)
        {
            StartedAt = System.Diagnostics.Stopwatch.GetTimestamp();
        }

        HashSet<int> seen = [];
        foreach (FrozenThread thread in threads)
        {
            seen.Add(thread.Tid);
        }

        for (int round = 0; ; round++)
        {
            IReadOnlyList<int> tids = ProcTasks.Threads(Pid) ?? [];
            List<FrozenThread> fresh = [];
            foreach (int tid in tids)
            {
                if (seen.Add(tid) && Seize(tid) is { } tracee)
                {
                    FrozenThread thread = new(tracee);
                    threads.Add(thread);
                    fresh.Add(thread);
                    tracee.TryInterrupt();
                }
            }

            foreach (FrozenThread thread in fresh)
            {
                if (!WaitUntilFrozen(thread))
                {
                    threads.Remove(thread);
                    seen.Remove(thread.Tid);
                }
            }

            if (fresh.Count == 0)
            {
                break;
            }

            if (round == MaxRounds)
            {
                throw new EngineException(EngineError.Failed, $"process {Pid} makes threads faster than they can be stopped");
            }
        }

        threads.Sort((left, right) => left.Tid == Pid ? -1 : right.Tid == Pid ? 1 : left.Tid.CompareTo(right.Tid));
        if (threads.Count == 0 || threads[0].Tid != Pid)
        {
            throw new EngineException(EngineError.NoSuchProcess, $"process {Pid} ended meanwhile");
        }

        FrozenAt = DateTimeOffset.UtcNow;
        foreach (FrozenThread thread in threads)
        {
            if (!thread.Borrowed)
            {
                Look(thread);
            }
        }
    }

    /// <summary>Notes what the thread must get back, and makes it fit to go on.</summary>
    private void Look(FrozenThread thread)
    {
        thread.SignalMask = thread.Tracee.GetSignalMask();
        thread.Rseq = thread.Tracee.GetRseq();
        Registers registers = thread.Tracee.GetRegisters();
        Registers repaired = LeaveRestartableSequence(thread, SystemCallRestart.ForThaw(registers, (long)registers.Rax == -Errno.EINTR && SignalWaits(thread)));
        thread.Registers = repaired;
        thread.Borrowed = !repaired.Equals(registers);
    }

    private Tracee? Seize(int tid)
    {
        try
        {
            return Tracee.TrySeize(tid);
        }
        catch (SystemCallException e) when (e.Number == Errno.EPERM)
        {
            throw new EngineException(EngineError.NotPermitted, $"process {Pid}: not permitted to trace it (another user's, or traced by another program)", e);
        }
    }

    private static bool WaitUntilFrozen(FrozenThread thread)
    {
        while (true)
        {
            Stop stop = thread.Tracee.WaitStop();
            switch (stop.Kind)
            {
                case StopKind.Gone:
                    return false;
                case StopKind.Interrupted:
                    return true;
                case StopKind.GroupStop:
                    thread.Stopped = true;
                    return true;
                case StopKind.Signal:
                    // It was about to get a signal: it shall have it, the interrupt is still to come.
                    thread.Tracee.TryContinue(stop.Signal);
                    break;
                default:
                    thread.Tracee.TryContinue();
                    break;
            }
        }
    }

    private bool SignalWaits(FrozenThread thread)
    {
        ProcStatus? status = ProcStatus.ReadThread(Pid, thread.Tid);
        return status is not null && ((status.ThreadPending | status.SharedPending) & ~thread.SignalMask) != 0;
    }

    /// <summary>A thread that is preempted inside a restartable sequence goes on at the abort handler (rseq(2)); a freeze
    /// is a preemption, and elsewhere the kernel would not know.</summary>
    private Registers LeaveRestartableSequence(FrozenThread thread, Registers registers)
    {
        const int CriticalSectionOffset = 8;
        if (thread.Rseq.Address.Value == 0)
        {
            return registers;
        }

        ulong descriptor = Memory.ReadUInt64(thread.Rseq.Address + CriticalSectionOffset);
        if (descriptor == 0)
        {
            return registers;
        }

        ulong start = Memory.ReadUInt64(new RemoteAddress(descriptor + 8));
        ulong length = Memory.ReadUInt64(new RemoteAddress(descriptor + 16));
        ulong abort = Memory.ReadUInt64(new RemoteAddress(descriptor + 24));
        if (registers.Rip - start < length)
        {
            registers.Rip = abort;
        }

        return registers;
    }
}
