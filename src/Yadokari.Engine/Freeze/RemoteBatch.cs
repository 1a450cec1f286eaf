using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// System calls made inside the frozen process by the plan interpreter, a whole list in one go: one page range is
/// borrowed in it for code, operations and results, and given back on Dispose. Tracer thread only.
/// </summary>
public sealed class RemoteBatch : IDisposable
{
    /// <summary>Bytes of the borrowed range: code, up to some hundred operations, and results.</summary>
    public const int Length = 256 * 1024;

    private const int SigTrap = 5;
    private const ulong AllButTrap = ~(1UL << (SigTrap - 1));
    private const ulong ProtectionAll = 7;
    private const ulong PrivateAnonymous = 0x22;
    private const int SearchLength = 1 << 20;

    private readonly FrozenTree tree;
    private readonly RemoteAddress gadget;
    private RemoteAddress region;
    private RestorePlan? loaded;

    private RemoteBatch(FrozenTree tree, RemoteAddress gadget)
    {
        this.tree = tree;
        this.gadget = gadget;
    }

    /// <summary>The process ignored SIGTRAP, which a breakpoint undoes: what to put back on Dispose (struct kernel_sigaction).</summary>
    public byte[]? IgnoredTrap { get; set; }

    /// <summary>The borrowed range.</summary>
    public RemoteAddress Region => region;

    /// <summary>Borrows the range.</summary>
    /// <param name="vmas">Mappings of the process, to find a <c>syscall</c> instruction in.</param>
    /// <exception cref="ObstacleException">It may not have such memory.</exception>
    public static RemoteBatch Create(FrozenTree tree, IReadOnlyList<Vma> vmas)
    {
        RemoteBatch batch = new(tree, FindSystemCallInstruction(tree, vmas));
        long result = batch.Single(tree.Main, SystemCall.Mmap, 0, Length, ProtectionAll, PrivateAnonymous, ulong.MaxValue, 0);
        if (result == -Errno.EACCES)
        {
            throw new ObstacleException(tree.Pid, [new Obstacle("write-or-execute", "it may have no memory that is writable and executable (PR_SET_MDWE, or a security module)")]);
        }

        if (result is < 0 and > -4096)
        {
            throw new EngineException(EngineError.Failed, $"process {tree.Pid} has no room for {Length / 1024} KiB: {Errno.Message((int)-result)}");
        }

        batch.region = new RemoteAddress((ulong)result);
        return batch;
    }

    /// <summary>Runs a plan (it must end with Break) in a thread.</summary>
    /// <returns>The plan's data area as the calls left it.</returns>
    public byte[] Run(FrozenThread thread, RestorePlan plan)
    {
        if (plan.Length > Length)
        {
            throw new InvalidOperationException($"a batch of {plan.Length} bytes");
        }

        // One plan is run in every thread: the code stays, and a plan that is there already needs only its data anew.
        if (!ReferenceEquals(plan, loaded))
        {
            byte[] encoded = plan.Encode(region);
            int from = loaded is null ? 0 : RegionLayout.OperationsOffset;
            tree.Memory.Write(region + (ulong)from, encoded.AsSpan(from));
            loaded = plan;
        }
        else
        {
            tree.Memory.Write(region + (ulong)plan.DataOffset, plan.Data.Span);
        }

        Registers registers = thread.Registers;
        registers.OrigRax = ulong.MaxValue;
        registers.Rip = region.Value + (ulong)Interpreter.LoopOffset;
        registers.Rbx = region.Value + RegionLayout.OperationsOffset;
        registers.R15 = region.Value;
        thread.Borrowed = true;
        thread.Tracee.SetSignalMask(AllButTrap);
        thread.Tracee.SetRegisters(registers);
        RunToTrap(thread, () => thread.Tracee.TryContinue());
        byte[] data = new byte[plan.Data.Length];
        tree.Memory.ReadExactly(region + (ulong)plan.DataOffset, data);
        return data;
    }

    /// <summary>One system call, for before the range is there and after it is gone. Its beginning and its end are stops that
    /// send no signal: a step's SIGTRAP would make a process that ignores it ignore it no longer.</summary>
    /// <returns>The result, -errno on failure.</returns>
    public long Single(FrozenThread thread, SystemCall call, ulong a = 0, ulong b = 0, ulong c = 0, ulong d = 0, ulong e = 0, ulong f = 0)
    {
        Registers registers = thread.Registers;
        registers.OrigRax = ulong.MaxValue;
        registers.Rip = gadget.Value;
        registers.Rax = (ulong)call;
        registers.Rdi = a;
        registers.Rsi = b;
        registers.Rdx = c;
        registers.R10 = d;
        registers.R8 = e;
        registers.R9 = f;
        thread.Borrowed = true;
        thread.Tracee.SetSignalMask(AllButTrap);
        thread.Tracee.SetRegisters(registers);
        RunToTrap(thread, thread.Tracee.TryContinueToSystemCall);
        RunToTrap(thread, thread.Tracee.TryContinueToSystemCall);
        return (long)thread.Tracee.GetRegisters().Rax;
    }

    public void Dispose()
    {
        if (region.Value != 0)
        {
            if (IgnoredTrap is not null)
            {
                tree.Memory.Write(region, IgnoredTrap);
                Single(tree.Main, SystemCall.Rt_sigaction, SigTrap, region.Value, 0, sizeof(ulong));
            }

            Single(tree.Main, SystemCall.Munmap, region.Value, Length);
            region = default;
        }
    }

    /// <summary>Lets it go on until the breakpoint, or the beginning or end of a system call, is reached. A stopped process (SIGSTOP) reports its group stop
    /// first: it is told to go on in the same way.</summary>
    private static void RunToTrap(FrozenThread thread, Func<bool> goOn)
    {
        while (true)
        {
            goOn();
            Stop stop = thread.Tracee.WaitStop();
            switch (stop.Kind)
            {
                case StopKind.Gone:
                    throw new EngineException(EngineError.NoSuchProcess, $"thread {thread.Tid} was killed while it was frozen");
                case StopKind.Signal when stop.Signal == SigTrap:
                    return;
                case StopKind.GroupStop:
                    thread.Stopped = true;
                    break;
                case StopKind.Signal:
                    // All signals but SIGTRAP are blocked; a fault here would be the engine's own.
                    throw new EngineException(EngineError.Failed, $"thread {thread.Tid} got signal {stop.Signal} while it was frozen");
                default:
                    break;
            }
        }
    }

    private static RemoteAddress FindSystemCallInstruction(FrozenTree tree, IReadOnlyList<Vma> vmas)
    {
        ReadOnlySpan<byte> instruction = [0x0f, 0x05];
        byte[] buffer = new byte[SearchLength];
        foreach (bool vdso in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (Vma vma in vmas)
            {
                if ((vma.Protection & VmaProtection.Execute) == 0 || vma.Name == "[vsyscall]" || (vma.Name == "[vdso]") != vdso)
                {
                    continue;
                }

                int length = tree.Memory.Read(vma.Start, buffer.AsSpan(0, (int)Math.Min(vma.Length, SearchLength)));
                int at = buffer.AsSpan(0, length).IndexOf(instruction);
                if (at >= 0)
                {
                    return vma.Start + (ulong)at;
                }
            }
        }

        throw new EngineException(EngineError.Failed, $"process {tree.Pid} has no system call instruction in its code");
    }
}
