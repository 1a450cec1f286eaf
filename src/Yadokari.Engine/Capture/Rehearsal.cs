using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Context;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Capture;

/// <summary>
/// A whole capture of a throw-away process, so that every method is compiled and every file of the program is in memory
/// before a process that matters stands still: compilation inside the pause would cost more than the capture.
/// </summary>
internal static class Rehearsal
{
    private const ulong RegionBase = 1UL << 40;
    private const ulong RegionLength = 64UL << 20;
    private const int Rounds = 2;

    public static void Run()
    {
        using SafeFileHandle file = EmitSleeper();
        for (int round = 0; round < Rounds; round++)
        {
            using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            int pid = ChildProcess.Start(new SpawnRequest
            {
                Program = $"/proc/self/fd/{file.DangerousGetHandle()}",
                Arguments = ["yadokari-rehearsal"],
                Environment = [],
                Descriptors = [nothing, nothing, nothing],
                NewSession = true,
            });
            using CheckpointSession session = CheckpointSession.Open(pid, new CaptureOptions());
            session.Freeze();
            session.Capture(new NoSink());
            session.Kill();
        }
    }

    /// <summary>A context file that rebuilds nothing and waits for ever.</summary>
    private static SafeFileHandle EmitSleeper()
    {
        PlanBuilder plan = new();
        PlanLabel again = new("again");
        plan.Place(again);
        plan.Try(null, SystemCall.Pause);
        plan.Jump(again);
        return StubFile.Create("yadokari-rehearsal", plan.Build(), RegionBase, RegionLength);
    }

    private sealed class NoSink : IImageSink
    {
        public bool IsConcurrent => true;

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
        }
    }
}
