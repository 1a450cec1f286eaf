using System.Buffers.Binary;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Ptrace;
using static Yadokari.Linux.Abi.Mman;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// System calls made inside the frozen process by the plan interpreter, a whole list in one go: one page range is
/// borrowed in it for code, operations and results, and given back on Dispose. Tracer thread only.
/// </summary>
/// <remarks>
/// The tool may be killed at any instant, and the thread that is borrowed runs on then. So it is never in a stop that would
/// send it a signal (no breakpoint, no step: single calls go from system-call stop to system-call stop, and the end of a
/// batch is a word in its memory that is watched), and each of its register sets leads home by itself
/// (<see cref="Landing"/>, <see cref="BatchEnd"/>), where the range is unmapped. One thread at a time is borrowed.
/// </remarks>
public sealed class RemoteBatch : IDisposable
{
    /// <summary>Bytes of the borrowed range: code, up to some hundred operations, and results.</summary>
    public const int Length = 256 * 1024;

    private const ulong ProtectionAll = PROT_READ | PROT_WRITE | PROT_EXEC;
    private const ulong PrivateAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;

    /// <summary>Looks at the word that tells the end without giving the processor away.</summary>
    private const int QuickLooks = 50;

    private const int LongestSleepMicroseconds = 200;
    private const int MomentMicroseconds = 1000;
    private const int MostMoments = 5000;

    private readonly FrozenProcess _tree;
    private readonly Landing _landing;
    private readonly TimeSpan _lease;
    private RemoteAddress _region;
    private RestorePlan? _loaded;
    private FrozenThread? _borrowed;

    private RemoteBatch(FrozenProcess tree, Landing landing, TimeSpan lease)
    {
        _tree = tree;
        _landing = landing;
        _lease = lease;
    }

    /// <summary>The borrowed range.</summary>
    public RemoteAddress Region => _region;

    /// <summary>Lets threads go home that a tool borrowed which died just now. They may have run on: what was read of the process
    /// before, but for its code, is out of date.</summary>
    /// <exception cref="EngineException">One does not come.</exception>
    public static void AwaitHome(FrozenProcess tree, IReadOnlyList<Vma> vmas)
    {
        Landing landing = Landing.Find(tree.Pid, tree.Memory, vmas);
        bool ran = false;
        foreach (FrozenThread thread in tree.Threads)
        {
            if (landing.IsLeftover)
            {
                BringHome(tree, thread, landing, vmas);
            }

            for (int moment = 0; landing.Holds(thread.Registers.Rip) || thread.Registers.Rip - landing.Leftover < Length; moment++)
            {
                if (landing.Leftover == 0 && !landing.Holds(thread.Registers.Rip))
                {
                    break;
                }

                if (moment == MostMoments)
                {
                    throw new EngineException(EngineError.Failed, $"thread {thread.Tid} does not come back from a capture that was broken off");
                }

                tree.RunOn(thread, MomentMicroseconds);
                ran = true;
            }
        }

        if (ran)
        {
            tree.StopNewThreads();
        }
    }

    /// <summary>As far as it is on its way, or in a handler that ran when it was.</summary>
    private static void BringHome(FrozenProcess tree, FrozenThread thread, Landing landing, IReadOnlyList<Vma> vmas)
    {
        const ulong mostOfStack = 1 << 20;
        if (landing.IsLeaving(thread.Registers.Rip))
        {
            thread.Registers = landing.Home(thread.Registers);
            thread.Tracee.SetRegisters(thread.Registers);
        }
        else if (vmas.FirstOrDefault(vma => thread.Registers.Rsp - vma.Start.Value < vma.Length) is { } stack)
        {
            landing.MendHandlers(new RemoteAddress(thread.Registers.Rsp & ~7ul), Math.Min(mostOfStack, stack.End.Value - (thread.Registers.Rsp & ~7ul)));
        }
    }

    /// <summary>Borrows the range.</summary>
    /// <param name="vmas">Mappings of the process, to find room for the <see cref="Landing"/>.</param>
    /// <param name="lease">So long a borrowed thread waits to be fetched; well above what this program may be kept waiting.</param>
    /// <exception cref="ObstacleException">It may not have such memory, or not make such calls.</exception>
    public static RemoteBatch Create(FrozenProcess tree, IReadOnlyList<Vma> vmas, TimeSpan lease)
    {
        CallFilters.RequireAlways(tree);
        RemoteBatch batch = new(tree, Landing.Find(tree.Pid, tree.Memory, vmas), lease);
        try
        {
            batch.DropLeftover();
            batch._landing.Write(batch.Home(tree.Main), tree.Main.SignalMask, 0, Length);
            long result = batch.Single(tree.Main, batch._landing.Map, SystemCall.Mmap, 0, Length, ProtectionAll, PrivateAnonymous, ulong.MaxValue, 0);
            if (result is < 0 and > -4096)
            {
                throw result == -Errno.EACCES
                    ? new ObstacleException(tree.Pid, [new Obstacle("write-or-execute", "it may have no memory that is writable and executable (PR_SET_MDWE, or a security module)")]) { StoodStill = true }
                    : new EngineException(EngineError.Failed, $"process {tree.Pid} has no room for {Length / 1024} KiB: {Errno.Message((int)-result)}");
            }

            batch._region = new RemoteAddress((ulong)result);
            // At once, while the thread stands in it: the first batch is its, too, and a tool that comes when this one has died in it
            // must know the range. What the thread goes through is the same.
            batch._landing.Write(batch.Home(tree.Main), tree.Main.SignalMask, batch._region.Value, Length);
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Runs a plan (it must end with Break) in a thread.</summary>
    /// <param name="meanwhile">Called again and again while the plan runs, with where its data is.</param>
    /// <returns>The plan's data area as the calls left it.</returns>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    /// <exception cref="ObstacleException">A seccomp filter forbids it.</exception>
    public byte[] Run(FrozenThread thread, RestorePlan plan, Action<RemoteAddress>? meanwhile = null)
    {
        if (plan.Span > Length)
        {
            throw new InvalidOperationException($"a batch of {plan.Span} bytes");
        }

        CallFilters.Require(_tree, thread, plan);
        Load(plan);
        if (_borrowed is not null && _borrowed != thread)
        {
            Return();
        }

        if (_borrowed is null)
        {
            _landing.Write(Home(thread), thread.SignalMask, _region.Value, Length);
        }

        _tree.Memory.Write(BatchEnd.Done(_region), BatchEnd.Encode(thread.Registers, _landing.Unmap, Length, _lease));
        Registers registers = thread.Registers;
        registers.OrigRax = ulong.MaxValue;
        registers.Rip = _region.Value + (ulong)Interpreter.LoopOffset;
        registers.Rbx = _region.Value + RegionLayout.OperationsOffset;
        registers.R15 = _region.Value;
        _borrowed = thread;
        FrozenProcess.Borrow(thread, registers, _landing);
        RunToEnd(thread, meanwhile is null ? null : () => meanwhile(_region + (ulong)plan.DataOffset));
        FrozenProcess.SetOwn(thread);
        _borrowed = null;
        byte[] data = new byte[plan.Data.Length];
        _tree.Memory.ReadExactly(_region + (ulong)plan.DataOffset, data);
        return data;
    }

    public void Dispose()
    {
        try
        {
            Return();
            if (_region.Value != 0)
            {
                _landing.Write(Home(_tree.Main), _tree.Main.SignalMask, _region.Value, Length);
                Single(_tree.Main, _landing.Unmap, SystemCall.Munmap, _region.Value, Length);
                _region = default;
                Return();
            }

            _landing.Clear();
        }
        catch (SystemCallException gone) when (gone.Number == Errno.ESRCH)
        {
            // Killed by someone while it stood still: nothing is left to give back.
        }
    }

    /// <summary>What a tool that died between two threads left mapped.</summary>
    private void DropLeftover()
    {
        RemoteAddress left = new(_landing.Leftover);
        if (left.Value != 0 && BatchEnd.IsRegion(_tree, left))
        {
            _landing.Write(Home(_tree.Main), _tree.Main.SignalMask, left.Value, Length);
            Single(_tree.Main, _landing.Unmap, SystemCall.Munmap, left.Value, Length);
            Return();
        }
    }

    private Registers Home(FrozenThread thread) => SystemCallRestart.ForHome(thread.Registers, _tree.SignalWaits(thread));

    /// <summary>One plan is run in every thread: the code stays, and a plan that is there already needs only its data anew.</summary>
    private void Load(RestorePlan plan)
    {
        if (ReferenceEquals(plan, _loaded))
        {
            _tree.Memory.Write(_region + (ulong)plan.DataOffset, plan.Data.Span);
            return;
        }

        byte[] encoded = plan.Encode(_region);
        BinaryPrimitives.WriteUInt64LittleEndian(encoded.AsSpan(RegionLayout.HeaderOffset + RegionLayout.HeaderBreak), BatchEnd.Entry(_region).Value);
        int from = _loaded is null ? 0 : RegionLayout.OperationsOffset;
        _tree.Memory.Write(_region + (ulong)from, encoded.AsSpan(from));
        _loaded = plan;
    }

    /// <summary>One system call, for before the range is there and when it goes. Its beginning and its end are stops that
    /// send no signal.</summary>
    /// <returns>The result, -errno on failure.</returns>
    private long Single(FrozenThread thread, RemoteAddress entry, SystemCall call, ulong a = 0, ulong b = 0, ulong c = 0, ulong d = 0, ulong e = 0, ulong f = 0)
    {
        Registers registers = thread.Registers;
        registers.OrigRax = ulong.MaxValue;
        registers.Rip = entry.Value;
        registers.Rax = (ulong)call;
        registers.Rdi = a;
        registers.Rsi = b;
        registers.Rdx = c;
        registers.R10 = d;
        registers.R8 = e;
        registers.R9 = f;
        _borrowed = thread;
        FrozenProcess.Borrow(thread, registers, _landing);
        RunToSystemCall(thread);
        RunToSystemCall(thread);
        return (long)thread.Tracee.GetRegisters().Rax;
    }

    /// <summary>The borrowed thread has its own registers again.</summary>
    private void Return()
    {
        if (_borrowed is { } thread)
        {
            _borrowed = null;
            _tree.GiveBack(thread);
        }
    }

    private void RunToSystemCall(FrozenThread thread)
    {
        for (int signal = 0; ;)
        {
            thread.Tracee.TryContinueToSystemCall(signal);
            Stop stop = thread.Tracee.WaitStop();
            if (stop.Kind == StopKind.SystemCall)
            {
                return;
            }

            signal = AfterStop(thread, stop);
        }
    }

    /// <summary>Lets it go on until it tells the end of the batch, and fetches it.</summary>
    private void RunToEnd(FrozenThread thread, Action? meanwhile)
    {
        thread.Runs = true;
        thread.Tracee.TryContinue();
        int sleep = 1;
        for (int look = 0; !IsDone(); look++)
        {
            meanwhile?.Invoke();
            if (thread.Tracee.TryPollStop(out Stop stop))
            {
                thread.Runs = false;
                thread.Tracee.TryContinue(AfterStop(thread, stop));
                thread.Runs = true;
            }
            else if (look > QuickLooks)
            {
                ShortSleep.For(sleep);
                sleep = Math.Min(sleep * 2, LongestSleepMicroseconds);
            }
            else if (look > 0)
            {
                Thread.Yield();
            }
        }

        _tree.Interrupt(thread);
        if (IsInRange(thread))
        {
            return;
        }

        // It waited for as long as it may and is on its way, or home. The range goes first.
        _loaded = null;
        _region = default;
        Return();
        throw new LeaseLostException(thread.Tid);
    }

    /// <summary>False while it is under way. The range may be gone already.</summary>
    private bool IsDone()
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        return _tree.Memory.Read(BatchEnd.Done(_region), word) != word.Length || BinaryPrimitives.ReadUInt64LittleEndian(word) != 0;
    }

    private bool IsInRange(FrozenThread thread) => thread.Tracee.GetRegisters().Rip - _region.Value < Length;

    /// <summary>The signal to go on with. A stopped process reports its group stop first: it is told to go on. What can't be
    /// blocked and comes just now it gets, and any when it went home.</summary>
    private int AfterStop(FrozenThread thread, Stop stop)
    {
        return stop.Kind switch
        {
            StopKind.Gone => throw FrozenProcess.Killed(thread),
            StopKind.Signal when stop.Signal != SIGSTOP && IsInRange(thread) =>
                // A fault would be the engine's own: all else is blocked.
                throw new EngineException(EngineError.Failed, $"thread {thread.Tid} got signal {stop.Signal} while it was frozen"),
            StopKind.Signal => FrozenProcess.Deliver(thread, stop.Signal),
            _ => 0,
        };
    }
}
