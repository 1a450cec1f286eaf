using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Context;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Memory;
using Yadokari.Linux.Spawn;
using static Yadokari.Linux.Abi.Mman;
using static Yadokari.Linux.Abi.Prctl;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Capture;

/// <summary>
/// A whole capture of a throw-away process, so that every page of the program is mapped and every table made before a
/// process that matters stands still: of a small one's pause that is the third part.
/// </summary>
internal static class Rehearsal
{
    private const ulong RegionBase = 1UL << 40;
    private const ulong RegionLength = 64UL << 20;

    private static readonly Lazy<Task> Done = new(() => Task.Factory.StartNew(Try, TaskCreationOptions.LongRunning));

    /// <summary>Of a file that is longer.</summary>
    private const int MappedLength = 64 * 1024;

    /// <summary>Once in the life of this program, on a thread of its own. The task ends in any case: where it was not possible, pauses
    /// are longer.</summary>
    public static Task BeginOnce() => Done.Value;

    /// <summary>Returns when it is over; at once, where none was begun.</summary>
    public static void Wait(Task? rehearsal)
    {
        if (rehearsal is { IsCompleted: false })
        {
            // The last third of it, taken off it meanwhile.
            _ = ImageJson.Default.TreeImage;
            rehearsal.GetAwaiter().GetResult();
        }
    }

    private static void Try()
    {
        try
        {
            OwnHeap.UseHugePages();
            Run();
        }
        catch (Exception failure) when (failure is EngineException or ObstacleException or SystemCallException or IOException or ArgumentOutOfRangeException)
        {
            // The last is what the runtime makes of EFBIG, under a limit on the size of files.
            // What really fails will fail when a process is captured that matters, and say so.
        }
    }

    private static void Run()
    {
        using SafeFileHandle file = EmitSleeper();
        using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        int pid = ChildProcess.Start(new SpawnRequest
        {
            Program = $"/proc/self/fd/{file.DangerousGetHandle()}",
            Arguments = ["yadokari-rehearsal"],
            Environment = [],
            Descriptors = [nothing, nothing, nothing],
            NewSession = true,
        });
        using CheckpointSession session = CheckpointSession.OpenUnlooked(pid, new CaptureOptions());
        using MemorySink sink = new();
        session.Freeze();
        session.Capture(sink);
        session.Kill();
    }

    /// <summary>A context file that maps what most programs have, and waits for ever.</summary>
    private static SafeFileHandle EmitSleeper()
    {
        const int readOnly = 0;
        const int readExecute = 5;
        PlanBuilder plan = new();
        PlanLabel again = new("again");
        PlanLabel end = new("end");
        DieWithParent(plan, end);
        Slot file = plan.NewSlot();
        if (Environment.ProcessPath is { } program)
        {
            plan.CallOrJump(file, again, SystemCall.Open, plan.Text(program), readOnly, 0);
            plan.Try(null, SystemCall.Mmap, 0, MappedLength, PROT_READ, MAP_SHARED, file, 0);
            plan.Try(null, SystemCall.Mmap, 0, MappedLength, readExecute, MAP_PRIVATE, file, 0);
        }

        plan.Place(again);
        plan.Try(null, SystemCall.Pause);
        plan.Jump(again);
        plan.Place(end);
        plan.Try(null, SystemCall.Exit_group, 0);
        return StubFile.Create("yadokari-rehearsal", plan.Build(), RegionBase, RegionLength);
    }

    /// <summary>It ends with whoever started it, also when that was killed before it could say so.</summary>
    private static void DieWithParent(PlanBuilder plan, PlanLabel end)
    {
        Slot parent = plan.NewSlot();
        plan.Call("parent death signal", SystemCall.Prctl, PR_SET_PDEATHSIG, SIGKILL);
        plan.Try(parent, SystemCall.Getppid);
        plan.JumpIf(parent, Condition.NotEqual, Environment.ProcessId, end);
    }

    /// <summary>As a file is that nobody sees.</summary>
    private sealed class MemorySink : IImageSink, IDisposable
    {
        private readonly SafeFileHandle _file = MemoryFile.Create("yadokari-rehearsal-file");

        public bool IsConcurrent => true;

        public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file, bytes, offset);

        public void Dispose() => _file.Dispose();
    }
}
