using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Process;
using Yadokari.Engine.Resources.Threads;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.SignalNumber;
using static Yadokari.Linux.Abi.Wait;

namespace Yadokari.Engine.Restore;

/// <summary>
/// The last part of a resume, made by the job's parent: when every thread of every process is rebuilt and the gate is open, it takes
/// each over by ptrace, unmaps the stub's region from each process by a munmap made in it, installs registers, FPU state
/// and signal mask, and lets go. Nothing of the stub stays behind in the job.
/// </summary>
public static class InstallPlan
{
    private const ulong Seize = 0x4206;
    private const ulong Interrupt = 0x4207;
    private const ulong SetRegisters = 0x4205;
    private const ulong SetSignalMask = 0x420b;
    private const ulong ToSystemCall = 24;
    private const ulong Continue = 7;
    private const ulong Detach = 17;
    private const ulong NotePrStatus = 1;
    private const ulong NoteXstate = 0x202;
    private const ulong ExitKill = 0x100000;
    private const ulong TraceExit = 0x40;

    public static void Emit(PlanContext context, Slot child, PlanLabel abort)
    {
        PlanBuilder plan = context.Plan;
        IReadOnlyList<ProcessImage> processes = context.Tree.Processes;
        IReadOnlyList<ThreadImage> threads = [.. processes.SelectMany(process => process.Threads)];
        AwaitCounter(plan, context.Counters.Prepared, threads.Count, child, abort);
        AskForGo(context, abort);

        plan.Do(OperationKind.Count, null, context.Counters.Gate);
        AwaitCounter(plan, context.Counters.Late, processes.Count, child, abort);

        foreach (ProcessImage process in processes)
        {
            foreach (ThreadImage thread in process.Threads)
            {
                Trace(plan, "ptrace(SEIZE)", Seize, thread.Tid, 0, thread.Ended is null ? ExitKill : ExitKill | TraceExit);
                if (!IsStopped(process))
                {
                    Trace(plan, "ptrace(INTERRUPT)", Interrupt, thread.Tid, 0, 0);
                }
            }
        }

        foreach (ThreadImage thread in threads)
        {
            plan.Call("wait4", SystemCall.Wait4, thread.Tid, 0, Argument.Named(__WALL, "__WALL"), 0);
        }

        foreach (ProcessImage process in processes)
        {
            if (process.Threads[0] is { Ended: { } status })
            {
                End(context, process, status);
            }

            UnmapRegion(context, process.Threads.First(thread => thread.Ended is null));
        }

        foreach (ThreadImage thread in threads.Where(thread => thread.Ended is null))
        {
            SetRegisterSet(plan, thread.Tid, NotePrStatus, plan.Bytes(thread.Registers, "registers"), thread.Registers.Length);
            SetRegisterSet(plan, thread.Tid, NoteXstate, plan.Bytes(thread.ExtendedState, "xstate"), thread.ExtendedState.Length);
            SetMask(plan, thread);
        }

        foreach (ProcessImage process in processes)
        {
            if (process.Attributes.Stopped && !IsStopped(process))
            {
                plan.Call("kill", SystemCall.Kill, process.Attributes.Pid, SIGSTOP);
            }
        }

        plan.Do(OperationKind.Store32, null, Argument.InShared(SharedLayout.LetGo, "let go"), 1);
        // Those that are stopped first: let go, they stop once more by themselves, and nobody is to see them before.
        foreach (ThreadImage thread in processes.OrderByDescending(process => process.Attributes.Stopped).SelectMany(process => process.Threads))
        {
            // It may have ended by now, of itself or with another that was let go before: no error, its status tells.
            plan.Try(null, SystemCall.Ptrace, Argument.Named(Detach, "DETACH"), thread.Tid, 0, 0);
        }

        Tell(context, "D");
    }

    /// <summary>It was stopped by its parent: that it is taken over is told by the stop, and an interrupt would be one more.</summary>
    private static bool IsStopped(ProcessImage process) => process.Attributes is { Stopped: true, StopReport: not StopReport.Coming };

    /// <summary>With a control socket: say that everything stands ready, go on at 'G', give up at anything else.</summary>
    private static void AskForGo(PlanContext context, PlanLabel abort)
    {
        PlanBuilder plan = context.Plan;
        PlanLabel go = new("go");
        DataReference answer = plan.Room(8, "answer");
        Slot got = plan.NewSlot();
        plan.JumpIf(WellKnownSlots.Control, Condition.Less, 0, go);
        plan.Call("answer the control socket", SystemCall.Write, context.Control, plan.Bytes("R"u8, "\"R\""), 1);
        plan.Try(got, SystemCall.Read, context.Control, answer, 1);
        plan.JumpIf(got, Condition.NotEqual, 1, abort);
        plan.Do(OperationKind.Load32, got, answer);
        plan.JumpIf(got, Condition.NotEqual, (int)'G', abort);
        plan.Place(go);
    }

    private static void Tell(PlanContext context, string word)
    {
        PlanBuilder plan = context.Plan;
        PlanLabel silent = new("silent");
        plan.JumpIf(WellKnownSlots.Control, Condition.Less, 0, silent);
        plan.Try(null, SystemCall.Write, context.Control, plan.Text(word), 1);
        plan.Place(silent);
    }

    private static void AwaitCounter(PlanBuilder plan, Argument counter, int count, Slot child, PlanLabel abort) =>
        plan.Add(new Operation
        {
            Kind = OperationKind.WaitCount,
            Arguments = [counter, count, Argument.InShared(SharedLayout.Error, "error"), child],
            Target = abort,
        });

    /// <summary>The instruction after the munmap is gone, but the stop at the end of a system call comes before it would run.
    /// A single step would do too, but its SIGTRAP, blocked here as all signals are, would cost the job its handler for it.</summary>
    private static void UnmapRegion(PlanContext context, ThreadImage thread)
    {
        PlanBuilder plan = context.Plan;
        int tid = thread.Tid;
        Linux.Ptrace.Registers registers = Linux.Ptrace.Registers.FromBytes(thread.Registers);
        registers.Rip = context.Tree.RegionBase + (ulong)Interpreter.SystemCallOffset;
        registers.Rax = (ulong)SystemCall.Munmap;
        registers.OrigRax = ulong.MaxValue;
        registers.Rdi = context.Tree.RegionBase;
        registers.Rsi = context.Tree.RegionLength;
        byte[] bytes = registers.ToBytes();
        SetRegisterSet(plan, tid, NotePrStatus, plan.Bytes(bytes, "registers of munmap(region)"), bytes.Length);
        foreach (string _ in (ReadOnlySpan<string>)["entry", "exit"])
        {
            Trace(plan, "ptrace(SYSCALL)", ToSystemCall, tid, 0, 0);
            plan.Call("wait4", SystemCall.Wait4, tid, 0, Argument.Named(__WALL, "__WALL"), 0);
        }
    }

    /// <summary>A main thread that had ended ends again, as far as the stop out of which no instruction of it follows; only there it gets
    /// its mask, or it would be the one to handle what waits. (The mask matters: who is told of a signal by its process's number
    /// is the main thread, and one that blocks all would have the kernel keep what is ignored.)</summary>
    private static void End(PlanContext context, ProcessImage process, int status)
    {
        PlanBuilder plan = context.Plan;
        ThreadImage thread = process.Threads[0];
        Linux.Ptrace.Registers registers = Linux.Ptrace.Registers.FromBytes(process.Threads[1].Registers);
        registers.Rip = context.Tree.RegionBase + (ulong)Interpreter.SystemCallOffset;
        registers.Rax = (ulong)SystemCall.Exit;
        registers.OrigRax = ulong.MaxValue;
        registers.Rdi = (ulong)status;
        byte[] bytes = registers.ToBytes();
        SetRegisterSet(plan, thread.Tid, NotePrStatus, plan.Bytes(bytes, $"registers of exit({status})"), bytes.Length);
        Trace(plan, "ptrace(CONT)", Continue, thread.Tid, 0, 0);
        plan.Call("wait4", SystemCall.Wait4, thread.Tid, 0, Argument.Named(__WALL, "__WALL"), 0);
        SetMask(plan, thread);
    }

    private static void SetMask(PlanBuilder plan, ThreadImage thread)
    {
        DataReference mask = plan.Bytes(BitConverter.GetBytes(thread.SignalMask), $"[{thread.SignalMask:x}]");
        Trace(plan, "ptrace(SETSIGMASK)", SetSignalMask, thread.Tid, 8, mask);
    }

    private static void SetRegisterSet(PlanBuilder plan, int tid, ulong note, DataReference bytes, int length)
    {
        DataReference vector = plan.Room(16, $"{{{bytes.Text}, {length}}}");
        plan.Do(OperationKind.Store64, null, vector, bytes);
        plan.Do(OperationKind.Store64, null, Argument.AddressOf(vector, 8), length);
        Trace(plan, "ptrace(SETREGSET)", SetRegisters, tid, note, vector);
    }

    private static void Trace(PlanBuilder plan, string name, ulong request, int tid, Argument address, Argument data) =>
        plan.Call(name, SystemCall.Ptrace, Argument.Named(request, name[7..^1]), tid, address, data);
}
