using Yadokari.Linux;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Ptrace;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// A process all of whose threads stand still under ptrace. Every member runs on the tracer's thread.
/// Disposing thaws it; whatever was borrowed (registers, masks) is given back first.
/// When the tracer dies the kernel lets every thread run on with the registers it has just then: so each that is ever set
/// is one that the thread may run on with, and none stands in a stop that would send it a signal.
/// </summary>
public sealed class FrozenProcess : IDisposable
{
    private const int MaxRounds = 100;
    private const int MomentMicroseconds = 50;

    private readonly List<FrozenThread> _threads = [];
    private StopWait _wait;
    private bool _released;
    private bool _killed;

    private FrozenProcess(int pid, RemoteMemory memory, CancellationToken cancel)
    {
        Pid = pid;
        Memory = memory;
        _wait = new StopWait(pid, cancel);
    }

    public int Pid { get; }

    public RemoteMemory Memory { get; }

    /// <summary>The main thread first, if it lives, then by tid.</summary>
    public IReadOnlyList<FrozenThread> Threads => _threads;

    /// <summary>The main thread, or when that has ended another one.</summary>
    public FrozenThread Main => _threads[0];

    /// <summary>Its main thread has ended while others run.</summary>
    public bool MainThreadEnded => Main.Tid != Pid;

    /// <summary>Wall clock when all threads stood still.</summary>
    public DateTimeOffset FrozenAt { get; private set; }

    /// <summary>Stopwatch ticks when the first thread was stopped.</summary>
    public long StartedAt { get; private set; }

    /// <summary>It was stopped (SIGSTOP and its like) when a thread was looked at last.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Stops every thread of the process.</summary>
    /// <param name="cancel">Given up while it waits for a thread.</param>
    /// <exception cref="EngineException">It ended meanwhile, or may not be traced; it runs on.</exception>
    /// <exception cref="ObstacleException">A thread can't be interrupted; it runs on.</exception>
    public static FrozenProcess Freeze(int pid, CancellationToken cancel = default)
    {
        RemoteMemory memory;
        try
        {
            memory = new RemoteMemory(pid);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // One that has ended and waits for its parent has no memory either, which is another error (ESRCH).
            throw e is FileNotFoundException or DirectoryNotFoundException || ProcStat.IsEndingOrGone(pid)
                ? new EngineException(EngineError.NoSuchProcess, $"no process {pid}", e)
                : new EngineException(EngineError.NotPermitted, $"process {pid}: not permitted to look at its memory", e);
        }

        FrozenProcess process = new(pid, memory, cancel);
        try
        {
            process.StopAll();
            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Lets every thread run on as if nothing had been.</summary>
    public void Thaw()
    {
        if (_released)
        {
            return;
        }

        _released = true;
        ProcTasks.RunsAgain(Pid);
        _wait = new StopWait(Pid, CancellationToken.None);
        List<FrozenThread> ending = [];
        foreach (FrozenThread thread in _threads)
        {
            try
            {
                GiveBack(thread);
                if (!thread.Tracee.TryDetach())
                {
                    ending.Add(thread);
                }
            }
            catch (SystemCallException e) when (e.Number == Errno.ESRCH)
            {
                // Killed by someone while it stood still: nothing left to thaw.
            }
            catch (Exception e) when (e is EngineException or ObstacleException)
            {
                // So too; or it can't be fetched, and finds home by itself.
            }
        }

        Reap(ending);
    }

    /// <summary>Threads that ended as soon as another one ran on: until they are reaped by whoever traced them, the end of the
    /// process is not told to its parent.</summary>
    private void Reap(List<FrozenThread> ending)
    {
        for (int i = ending.Count - 1; i >= 0; i--)
        {
            try
            {
                while (_wait.For(ending[i].Tracee).Kind != StopKind.Gone)
                {
                    if (ending[i].Tracee.TryDetach())
                    {
                        break;
                    }
                }
            }
            catch (Exception e) when (e is EngineException or ObstacleException)
            {
                // Inside the kernel: the end of the tracer's thread lets it go.
            }
        }
    }

    /// <summary>Ends the process; <see cref="AwaitEnd"/> follows.</summary>
    public void Kill()
    {
        if (!_released)
        {
            _released = true;
            _killed = true;
            ProcTasks.RunsAgain(Pid);
            Signals.Send(Pid, SIGKILL);
        }
    }

    /// <summary>Waits until every thread of a killed process is gone.</summary>
    public void AwaitEnd()
    {
        if (!_killed)
        {
            return;
        }

        _killed = false;

        // The leader is reported last: its end is held back until every other thread is reaped.
        for (int i = _threads.Count - 1; i >= 0; i--)
        {
            FrozenThread thread = _threads[i];
            while (thread.Tracee.WaitStop().Kind != StopKind.Gone)
            {
                thread.Tracee.TryContinue();
            }
        }
    }

    /// <summary>Registers and mask as they were before anything was done in it, and a stop out of which it goes on with them.</summary>
    /// <exception cref="EngineException">It was killed meanwhile.</exception>
    public void GiveBack(FrozenThread thread)
    {
        if (!thread.Borrowed)
        {
            return;
        }

        // Elsewhere than in the stop of an interrupt the kernel would not look whether a call is to be made again. A pending
        // interrupt traps before the first instruction and before any signal (get_signal, kernel/signal.c).
        Interrupt(thread);
        TakeBack(thread);
    }

    /// <summary>In the stop of an interrupt: a thread that was borrowed has its own mask and registers again, those that it went home
    /// with if it did that by itself meanwhile, and perhaps on from there.</summary>
    public void TakeBack(FrozenThread thread)
    {
        if (thread.Landing is { } landing && !landing.Keeps(thread.Tracee.GetRegisters().Rip))
        {
            ProcTasks.RunsAgain(Pid);
            Look(thread);
        }
        else
        {
            SetOwn(thread);
        }
    }

    /// <summary>The signal that a thread in a stop is about to get. One that is on its way home gets it there: as the kernel sees it the
    /// handler interrupts what the freeze has interrupted, and returns to that.</summary>
    /// <returns>The signal to go on with.</returns>
    internal static int Deliver(FrozenThread thread, int signal)
    {
        if (thread.Landing is { } landing && landing.IsLeaving(thread.Tracee.GetRegisters().Rip))
        {
            thread.Tracee.SetRegisters(thread.Registers);
        }

        return signal;
    }

    /// <summary>Brings a thread that runs or stands somewhere into the stop of an interrupt.</summary>
    /// <exception cref="EngineException">It was killed meanwhile.</exception>
    public void Interrupt(FrozenThread thread)
    {
        BeginInterrupt(thread);
        AwaitInterrupt(thread);
    }

    /// <summary>The beginning of <see cref="Interrupt"/>: it is on its way there. A thread that is told to run to a system call must have
    /// come to it: any other stop takes the interrupt away (ptrace_stop, kernel/signal.c).</summary>
    public static void BeginInterrupt(FrozenThread thread)
    {
        if (!thread.Interrupted)
        {
            thread.Tracee.TryInterrupt();
            thread.Interrupted = true;
        }

        if (!thread.Runs)
        {
            thread.Tracee.TryContinue();
            thread.Runs = true;
        }
    }

    /// <summary>The end of it.</summary>
    /// <exception cref="EngineException">It was killed meanwhile.</exception>
    public void AwaitInterrupt(FrozenThread thread)
    {
        if (!WaitUntilFrozen(thread))
        {
            throw Killed(thread);
        }
    }

    /// <summary>In the stop of an interrupt: its own mask and registers. The mask first, since with the registers of a borrowed
    /// thread it finds home with any mask.</summary>
    public static void SetOwn(FrozenThread thread)
    {
        thread.Tracee.SetSignalMask(thread.SignalMask);
        thread.Tracee.SetRegisters(thread.Registers);
        thread.Borrowed = false;
        thread.Landing = null;
    }

    /// <summary>Other registers, with which it finds home by itself (<see cref="Landing"/>), and then no signals.</summary>
    internal static void Borrow(FrozenThread thread, Registers registers, Landing landing)
    {
        thread.Borrowed = true;
        thread.Landing = landing;
        thread.Tracee.SetRegisters(registers);
        thread.Tracee.SetSignalMask(ulong.MaxValue);
    }

    /// <summary>
    /// Lets one thread run on for a moment, as it would have without the freeze, and stops it again somewhere else. The
    /// others stand still meanwhile; call <see cref="StopNewThreads"/> afterwards, since it may have made some.
    /// </summary>
    /// <exception cref="EngineException">It ended meanwhile.</exception>
    public void RunOn(FrozenThread thread, int microseconds = MomentMicroseconds)
    {
        ProcTasks.RunsAgain(Pid);
        GiveBack(thread);
        thread.Tracee.TryContinue();
        // Interrupted at once it would not have run at all.
        ShortSleep.For(microseconds);
        thread.Tracee.TryInterrupt();
        if (!WaitUntilFrozen(thread))
        {
            throw Killed(thread);
        }

        ReopenMemory();
        Look(thread);
    }

    /// <summary>Stops threads that came after the freeze.</summary>
    public void StopNewThreads() => StopAll();

    /// <summary>Whether a signal that the thread does not block is there for it.</summary>
    public bool SignalWaits(FrozenThread thread)
    {
        ProcStatus? status = ProcStatus.ReadThread(Pid, thread.Tid);
        return status is not null && ((status.ThreadPending | status.SharedPending) & ~thread.SignalMask) != 0;
    }

    /// <summary>The error of a thread that is gone.</summary>
    public static EngineException Killed(FrozenThread thread) =>
        new(EngineError.NoSuchProcess, $"thread {thread.Tid} was killed while it was frozen");

    /// <summary>Notes what the thread must get back, and makes it fit to go on, whoever lets it go.</summary>
    public void Look(FrozenThread thread)
    {
        thread.SignalMask = thread.Tracee.GetSignalMask();
        thread.Rseq = thread.Tracee.GetRseq();
        Registers registers = thread.Tracee.GetRegisters();
        bool interrupted = (long)registers.Rax == -Errno.EINTR;
        thread.Registers = RestartableSequence.Leave(Memory, thread.Rseq, SystemCallRestart.ForThaw(registers, interrupted && (thread.Stopped || SignalWaits(thread))));
        thread.Borrowed = false;
        thread.Landing = null;
        if (!thread.Registers.Equals(registers))
        {
            thread.Tracee.SetRegisters(thread.Registers);
        }
    }

    public void Dispose()
    {
        Thaw();
        Memory.Dispose();
    }

    private void StopAll()
    {
        HashSet<int> seen = [];
        foreach (FrozenThread thread in _threads)
        {
            seen.Add(thread.Tid);
        }

        if (StartedAt == 0)
        {
            StopUninterruptible(seen);
            StartedAt = System.Diagnostics.Stopwatch.GetTimestamp();
        }

        for (int round = 0; ; round++)
        {
            IReadOnlyList<int> tids = ProcTasks.Threads(Pid) ?? [];
            bool any = false;
            foreach (int tid in tids)
            {
                any |= !seen.Contains(tid) && StopOne(tid, seen);
            }

            if (!any)
            {
                break;
            }

            if (round == MaxRounds)
            {
                throw new EngineException(EngineError.Failed, $"process {Pid} makes threads faster than they can be stopped");
            }
        }

        _threads.Sort((left, right) => left.Tid == Pid ? -1 : right.Tid == Pid ? 1 : left.Tid.CompareTo(right.Tid));
        if (_threads.Count == 0 || (MainThreadEnded && ProcStat.Read(Pid) is not { MainThreadEnded: true }))
        {
            throw new EngineException(EngineError.NoSuchProcess, $"process {Pid} ended meanwhile");
        }

        if (_threads.Count > 1)
        {
            ReopenMemory();
        }

        ProcTasks.StandsStill(Pid, Main.Tid);
        FrozenAt = DateTimeOffset.UtcNow;
    }

    /// <summary>It may have executed another program since its memory was opened; none of its threads does any more.</summary>
    private void ReopenMemory()
    {
        try
        {
            Memory.Reopen();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new EngineException(EngineError.NoSuchProcess, $"process {Pid} ended meanwhile", e);
        }
    }

    /// <summary>Threads that may take long to come out of the kernel first, while the others still run.</summary>
    private void StopUninterruptible(HashSet<int> seen)
    {
        foreach (int tid in ProcTasks.Threads(Pid) ?? [])
        {
            if (ProcStat.ReadThread(Pid, tid) is { State: 'D' })
            {
                StopOne(tid, seen);
            }
        }
    }

    /// <summary>One after the other, and each looked at as soon as it stands: should this program be killed before that, the
    /// thread goes on with what the interruption made of its call.</summary>
    /// <returns>False when it is gone.</returns>
    private bool StopOne(int tid, HashSet<int> seen)
    {
        if (Seize(tid) is not { } tracee)
        {
            return false;
        }

        FrozenThread thread = new(tracee);
        _threads.Add(thread);
        tracee.TryInterrupt();
        if (!WaitUntilFrozen(thread))
        {
            _threads.Remove(thread);
            return false;
        }

        seen.Add(tid);
        if (_threads.Count == 1)
        {
            ReopenMemory();
        }

        Look(thread);
        return true;
    }

    private Tracee? Seize(int tid)
    {
        try
        {
            return Tracee.TrySeize(tid);
        }
        catch (SystemCallException e) when (e.Number == Errno.EPERM && ProcStat.ReadThread(Pid, tid) is null or { State: 'Z' or 'X' } or { IsEnding: true })
        {
            // Also the main thread, whose number lasts as long as others run.
            return null;
        }
        catch (SystemCallException e) when (e.Number == Errno.EPERM)
        {
            throw new EngineException(EngineError.NotPermitted, $"process {Pid}: not permitted to trace it (another user's, or traced by another program)", e);
        }
    }

    private bool WaitUntilFrozen(FrozenThread thread)
    {
        thread.Runs = thread.Interrupted = false;
        while (true)
        {
            Stop stop = _wait.For(thread.Tracee);
            switch (stop.Kind)
            {
                case StopKind.Gone:
                    return false;
                case StopKind.Interrupted:
                case StopKind.GroupStop:
                    // It is told with every such stop whether the process is stopped (do_jobctl_trap, kernel/signal.c).
                    Stopped = thread.Stopped = stop.Kind == StopKind.GroupStop;
                    return true;
                case StopKind.Signal:
                    // It was about to get a signal: it shall have it, the interrupt is still to come.
                    thread.Tracee.TryContinue(Deliver(thread, stop.Signal));
                    break;
                default:
                    thread.Tracee.TryContinue();
                    break;
            }
        }
    }
}
