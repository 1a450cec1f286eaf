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
/// (<see cref="Landing"/>, <see cref="BatchEnd"/>), where the range is unmapped. One thread of a process at a time is borrowed; what is
/// done in several processes goes on in all at once, by the parts of <see cref="Create"/>, <see cref="Run"/> and <see cref="Dispose"/>.
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
    private Call _call;
    private bool _mapping;
    private bool _runs;

    private RemoteBatch(FrozenProcess tree, Landing landing, TimeSpan lease)
    {
        _tree = tree;
        _landing = landing;
        _lease = lease;
    }

    /// <summary>How far the main thread has come with a call that maps or unmaps the range.</summary>
    private enum Call
    {
        None,

        /// <summary>On its way to the call.</summary>
        Begun,

        /// <summary>In it, or behind it.</summary>
        Entered,
    }

    /// <summary>The borrowed range.</summary>
    public RemoteAddress Region => _region;

    private FrozenThread Borrowed => _borrowed ?? throw new InvalidOperationException("no plan is under way");

    /// <summary>Lets threads go home that a tool borrowed which died just now. They may have run on: what was read of the process
    /// before, but for its code, is out of date.</summary>
    /// <returns>False: none ran on.</returns>
    /// <exception cref="EngineException">One does not come.</exception>
    public static bool AwaitHome(FrozenProcess tree, IReadOnlyList<Vma> vmas)
    {
        Landing landing = Landing.Find(tree.Pid, tree.Memory, vmas);
        bool ran = false;
        foreach (FrozenThread thread in tree.Threads)
        {
            if (landing.IsLeftover)
            {
                BringHome(thread, landing, vmas);
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

        return ran;
    }

    /// <summary>As far as it is on its way, or in a handler that ran when it was.</summary>
    private static void BringHome(FrozenThread thread, Landing landing, IReadOnlyList<Vma> vmas)
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

    /// <summary>Borrows the range: <see cref="Begin"/>, <see cref="Enter"/> and <see cref="Take"/> one after the other.</summary>
    /// <inheritdoc cref="Begin"/>
    public static RemoteBatch Create(FrozenProcess tree, IReadOnlyList<Vma> vmas, TimeSpan lease)
    {
        RemoteBatch batch = Begin(tree, vmas, lease);
        try
        {
            batch.Enter();
            batch.Take();
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Its main thread is on its way to map the range.</summary>
    /// <param name="vmas">Mappings of the process, to find room for the <see cref="Landing"/>.</param>
    /// <param name="lease">So long a borrowed thread waits to be fetched; well above what this program may be kept waiting.</param>
    /// <exception cref="ObstacleException">It may not have such memory, or not make such calls.</exception>
    public static RemoteBatch Begin(FrozenProcess tree, IReadOnlyList<Vma> vmas, TimeSpan lease)
    {
        CallFilters.RequireAlways(tree);
        RemoteBatch batch = new(tree, Landing.Find(tree.Pid, tree.Memory, vmas), lease);
        try
        {
            batch.DropLeftover();
            batch._landing.Write(batch.Home(tree.Main), tree.Main.SignalMask, 0, Length);
            batch.BeginCall(batch._landing.Map, SystemCall.Mmap, 0, Length, ProtectionAll, PrivateAnonymous, ulong.MaxValue, 0);
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>The call that the main thread is on its way to make, to map the range or to unmap it, is under way.</summary>
    /// <exception cref="EngineException">It was killed meanwhile.</exception>
    public void Enter()
    {
        if (_call != Call.Begun)
        {
            return;
        }

        FrozenThread thread = _tree.Main;
        for (Stop stop; (stop = thread.Tracee.WaitStop()).Kind != StopKind.SystemCall;)
        {
            (_call, thread.Runs) = (Call.None, false);
            int signal = AfterStop(thread, stop);
            thread.Tracee.TryContinueToSystemCall(signal);
            (_call, thread.Runs) = (Call.Begun, true);
        }

        // It makes the call and stops behind it, before the next instruction.
        (_call, thread.Runs) = (Call.Entered, false);
        FrozenProcess.BeginInterrupt(thread);
    }

    /// <summary>The range is there.</summary>
    /// <exception cref="ObstacleException">It may not have such memory.</exception>
    /// <exception cref="EngineException">It has no room, or was killed meanwhile.</exception>
    public void Take()
    {
        long result = EndCall();
        if (result is < 0 and > -4096)
        {
            throw result == -Errno.EACCES
                ? new ObstacleException(_tree.Pid, [new Obstacle("write-or-execute", "it may have no memory that is writable and executable (PR_SET_MDWE, or a security module)")]) { StoodStill = true }
                : new EngineException(EngineError.Failed, $"process {_tree.Pid} has no room for {Length / 1024} KiB: {Errno.Message((int)-result)}");
        }

        _region = new RemoteAddress((ulong)result);
        // At once, while the thread stands in it: the first batch is its, too, and a tool that comes when this one has died in it
        // must know the range. What the thread goes through is the same.
        _landing.Write(Home(_tree.Main), _tree.Main.SignalMask, _region.Value, Length);
    }

    /// <summary>Runs a plan (it must end with Break) in a thread: <see cref="Start"/>, <see cref="AwaitEnd"/> and <see cref="Fetch"/> one
    /// after the other.</summary>
    /// <param name="meanwhile">Called again and again while the plan runs, with where its data is, to be looked at: the plan is told what
    /// it returns.</param>
    /// <returns>The plan's data area as the calls left it.</returns>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    /// <exception cref="ObstacleException">A seccomp filter forbids it.</exception>
    public byte[] Run(FrozenThread thread, RestorePlan plan, Func<RemoteAddress, BatchWord?>? meanwhile = null)
    {
        Start(thread, plan);
        AwaitEnd(meanwhile is null ? null : () => meanwhile(_region + (ulong)plan.DataOffset));
        return Fetch();
    }

    /// <summary>The thread is on its way through the plan.</summary>
    /// <exception cref="ObstacleException">A seccomp filter forbids it.</exception>
    public void Start(FrozenThread thread, RestorePlan plan)
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
        thread.Tracee.TryContinue();
        _runs = thread.Runs = true;
    }

    /// <summary>It has told the end of the plan, and is on its way to be fetched.</summary>
    /// <param name="meanwhile">Called again and again until then.</param>
    public void AwaitEnd(Func<BatchWord?>? meanwhile = null)
    {
        FrozenThread thread = Borrowed;
        int sleep = 1;
        for (int look = 0; !BatchEnd.IsOver(_tree, _region); look++)
        {
            if (meanwhile?.Invoke() is { } word && !TryTell(thread, word))
            {
                break;
            }

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

        FrozenProcess.BeginInterrupt(thread);
    }

    /// <summary>Writes to where its plan looks. It stands still for that: had it gone home meanwhile, there could be memory of the program in
    /// the place of the range. Its plan must wait by <see cref="PlanBuilder.Pause"/>.</summary>
    /// <returns>False: it has gone home, and nothing was written.</returns>
    private bool TryTell(FrozenThread thread, BatchWord word)
    {
        _tree.Interrupt(thread);
        if (!StandsInRange(thread))
        {
            return false;
        }

        _tree.Memory.Write(_region + (ulong)(_loaded!.DataOffset + word.Place.Offset), BitConverter.GetBytes(word.Value));
        thread.Tracee.TryContinue();
        thread.Runs = true;
        return true;
    }

    /// <summary>It stands still again, as it did before.</summary>
    /// <returns>The plan's data area as the calls left it.</returns>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    public byte[] Fetch()
    {
        FrozenThread thread = Borrowed;
        RestorePlan plan = _loaded!;
        if (!TryStop(thread))
        {
            throw new LeaseLostException(thread.Tid);
        }

        byte[] data = new byte[plan.Data.Length];
        _tree.Memory.ReadExactly(_region + (ulong)plan.DataOffset, data);
        return data;
    }

    /// <summary>Its main thread is on its way to unmap the range; behind <see cref="Enter"/> the rest is <see cref="Dispose"/>'s.</summary>
    public void BeginReturn()
    {
        Return();
        _landing.Write(Home(_tree.Main), _tree.Main.SignalMask, _region.Value, Length);
        BeginCall(_landing.Unmap, SystemCall.Munmap, _region.Value, Length);
        _region = default;
    }

    /// <summary>Gives back what was borrowed, however far it has come.</summary>
    public void Dispose()
    {
        try
        {
            if (_runs)
            {
                FrozenProcess.BeginInterrupt(Borrowed);
                TryStop(Borrowed);
            }

            Settle();
            Return();
            if (_region.Value != 0)
            {
                BeginReturn();
                Settle();
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
            BeginCall(_landing.Unmap, SystemCall.Munmap, left.Value, Length);
            EndCall();
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

    /// <summary>One system call of the main thread, for before the range is there and when it goes. Its beginning and its end are stops
    /// that send no signal.</summary>
    private void BeginCall(RemoteAddress entry, SystemCall call, ulong a = 0, ulong b = 0, ulong c = 0, ulong d = 0, ulong e = 0, ulong f = 0)
    {
        FrozenThread thread = _tree.Main;
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
        _mapping = call == SystemCall.Mmap;
        _borrowed = thread;
        FrozenProcess.Borrow(thread, registers, _landing);
        thread.Tracee.TryContinueToSystemCall();
        thread.Runs = true;
        _call = Call.Begun;
    }

    /// <returns>The result, -errno on failure. Of one that maps nothing the thread has its own registers again.</returns>
    private long EndCall()
    {
        Enter();
        _call = Call.None;
        _tree.AwaitInterrupt(_tree.Main);
        long result = (long)_tree.Main.Tracee.GetRegisters().Rax;
        if (!_mapping)
        {
            FrozenProcess.SetOwn(_tree.Main);
            _borrowed = null;
        }

        return result;
    }

    /// <summary>Ends a call that is under way.</summary>
    private void Settle()
    {
        if (_call != Call.None && EndCall() is var result && _mapping && result is > 0 or < -4095)
        {
            _region = new RemoteAddress((ulong)result);
        }
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

    /// <summary>A thread that was told to stop in a plan has its own registers again.</summary>
    /// <returns>False: it waited for as long as it may and was on its way, or home. The range goes first.</returns>
    private bool TryStop(FrozenThread thread)
    {
        _tree.AwaitInterrupt(thread);
        _runs = false;
        _borrowed = null;
        bool inTime = StandsInRange(thread);
        if (!inTime)
        {
            _loaded = null;
            _region = default;
        }

        _tree.TakeBack(thread);
        return inTime;
    }

    private bool StandsInRange(FrozenThread thread) => thread.Tracee.GetRegisters().Rip - _region.Value < Length;

    /// <summary>The signal to go on with. A stopped process reports its group stop first: it is told to go on. What can't be
    /// blocked and comes just now it gets, and any when it went home.</summary>
    private int AfterStop(FrozenThread thread, Stop stop)
    {
        return stop.Kind switch
        {
            StopKind.Gone => throw FrozenProcess.Killed(thread),
            StopKind.Signal when stop.Signal != SIGSTOP && _landing.Blocks(thread.Tracee.GetRegisters().Rip) =>
                // A fault would be the engine's own: all else is blocked.
                throw new EngineException(EngineError.Failed, $"thread {thread.Tid} got signal {stop.Signal} while it was frozen"),
            StopKind.Signal => FrozenProcess.Deliver(thread, stop.Signal),
            _ => 0,
        };
    }
}
