using System.Diagnostics;
using Yadokari.Linux;
using Yadokari.Linux.Proc;
using Yadokari.Linux.Ptrace;

namespace Yadokari.Engine.Freeze;

/// <summary>
/// Waits for the stops of one process's threads, but not for ever: a thread inside the kernel that can't be interrupted
/// (state D: a file system that is frozen or gone, vfork) stops when it comes out, and all others stand still meanwhile.
/// </summary>
internal sealed class StopWait(int pid, CancellationToken cancel)
{
    /// <summary>Looks without giving the processor away, and then with it.</summary>
    private const int QuickLooks = 4;

    private const int YieldingLooks = 200;
    private const int LongestSleepMicroseconds = 1000;

    /// <summary>So long a thread may be in D: what is short, as reading from a disk, is over by then.</summary>
    private static readonly TimeSpan UninterruptiblePatience = TimeSpan.FromMilliseconds(500);

    /// <summary>So long a thread may take that only waits for a processor.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The next stop or the end of a thread.</summary>
    /// <exception cref="ObstacleException">It is uninterruptible for too long.</exception>
    /// <exception cref="OperationCanceledException">Given up meanwhile.</exception>
    public Stop For(Tracee tracee)
    {
        Stop stop;
        for (int look = 0; look < YieldingLooks; look++)
        {
            if (tracee.TryPollStop(out stop))
            {
                return stop;
            }

            if (look >= QuickLooks)
            {
                Thread.Yield();
            }
        }

        long start = Stopwatch.GetTimestamp();
        long stuckSince = 0;
        for (int sleep = 20; !tracee.TryPollStop(out stop); sleep = Math.Min(sleep * 2, LongestSleepMicroseconds))
        {
            cancel.ThrowIfCancellationRequested();
            ShortSleep.For(sleep);
            if (sleep < LongestSleepMicroseconds)
            {
                continue;
            }

            if (ProcStat.ReadThread(pid, tracee.Tid) is not { State: 'D' })
            {
                stuckSince = 0;
            }
            else if (stuckSince == 0)
            {
                stuckSince = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(stuckSince) > UninterruptiblePatience)
            {
                throw new ObstacleException(pid, [Uninterruptible(tracee.Tid)]) { StoodStill = true };
            }

            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new EngineException(EngineError.Failed, $"thread {tracee.Tid} of process {pid} did not stop within {Patience.TotalSeconds:0} s; the process runs on");
            }
        }

        return stop;
    }

    /// <summary>The obstacle of a thread in D.</summary>
    public static Obstacle Uninterruptible(int tid) =>
        new("uninterruptible", $"thread {tid} waits in the kernel and can't be interrupted (state D: a file system that does not answer, or vfork); try again when it goes on") { Passes = true };
}
