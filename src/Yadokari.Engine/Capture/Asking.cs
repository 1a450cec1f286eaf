using System.Diagnostics;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Capture;

/// <summary>
/// One frozen process that is asked what only it knows. Many are asked at once: each part of the way is gone by all of them before
/// the next, so that none has to be waited for while it is on its way.
/// <code>
/// Begin ─ to the call that maps a range ─ Enter ─ Start ─ through the questions ─ AwaitEnd ─ Fetch ─ to the call that unmaps it ─ Enter ─ Dispose
/// </code>
/// Tracer thread only.
/// </summary>
internal sealed class Asking : IDisposable
{
    /// <summary>__USER32_CS (arch/x86/include/asm/segment.h).</summary>
    private const ulong Code32 = 0x23;

    /// <summary>Processes on their way at once: each waits to be fetched until what is done with all of them is done.</summary>
    private const int AtOnce = 32;

    /// <summary>So much longer a borrowed thread waits for each process that is on its way as well.</summary>
    private static readonly TimeSpan ForEachOther = TimeSpan.FromMilliseconds(10);

    private readonly FrozenProcess _frozen;
    private readonly IReadOnlyList<int> _stoppedChildren;
    private readonly IReadOnlyList<Vma> _vmas;
    private readonly RemoteBatch _batch;
    private long _since;

    private Asking(FrozenProcess frozen, IReadOnlyList<int> stoppedChildren, IReadOnlyList<Vma> vmas, RemoteBatch batch)
    {
        _frozen = frozen;
        _stoppedChildren = stoppedChildren;
        _vmas = vmas;
        _batch = batch;
    }

    /// <summary>Asks all processes of a job.</summary>
    /// <param name="lease">So long a borrowed thread waits to be fetched, where one process is asked.</param>
    /// <exception cref="LeaseLostException">This program was kept waiting for too long.</exception>
    /// <exception cref="ObstacleException">One can't be carried after all.</exception>
    public static IReadOnlyList<AskedProcess> All(FrozenTree tree, TimeSpan lease, TreeRounds? rounds)
    {
        List<AskedProcess> asked = new(tree.Processes.Count);
        foreach (FrozenProcess[] some in tree.Processes.Chunk(AtOnce))
        {
            List<Asking> underWay = new(some.Length);
            try
            {
                foreach (FrozenProcess process in some)
                {
                    underWay.Add(Begin(process, StoppedChildren(tree, process.Pid), lease + ((some.Length - 1) * ForEachOther), rounds));
                }

                underWay.ForEach(static one => one._batch.Enter());
                underWay.ForEach(static one => one.Start());
                underWay.ForEach(static one => one._batch.AwaitEnd());
                underWay.ForEach(one => asked.Add(one.Fetch()));
                underWay.ForEach(static one => one._batch.Enter());
            }
            finally
            {
                DisposeAll(underWay, 0);
            }
        }

        return asked;
    }

    public void Dispose() => _batch.Dispose();

    /// <summary>Each, whatever becomes of the others.</summary>
    private static void DisposeAll(List<Asking> all, int from)
    {
        if (from < all.Count)
        {
            try
            {
                all[from].Dispose();
            }
            finally
            {
                DisposeAll(all, from + 1);
            }
        }
    }

    private static List<int> StoppedChildren(FrozenTree tree, int pid) =>
        [.. tree.Processes.Where(process => process.Stopped && ProcStat.Read(process.Pid)?.PPid == pid).Select(process => process.Pid)];

    private static Asking Begin(FrozenProcess frozen, IReadOnlyList<int> stoppedChildren, TimeSpan lease, TreeRounds? rounds)
    {
        IReadOnlyList<Vma> vmas = MappingNames.Resolve(
            frozen.Pid, ProcMaps.ReadSmaps(frozen.Pid) ?? throw new EngineException(EngineError.NoSuchProcess, $"process {frozen.Pid} was killed while it was frozen"));
        vmas = rounds?.WithoutMark(frozen.Pid, vmas) ?? vmas;
        RequireNoObstacle(frozen, vmas);
        return new Asking(frozen, stoppedChildren, vmas, RemoteBatch.Begin(frozen, vmas, lease));
    }

    private static void RequireNoObstacle(FrozenProcess frozen, IReadOnlyList<Vma> vmas)
    {
        List<Obstacle> obstacles = [];
        ObstacleScan.FindChanging(frozen.Pid, vmas, obstacles);
        foreach (FrozenThread thread in frozen.Threads)
        {
            if (thread.Registers.Cs == Code32)
            {
                obstacles.Add(new Obstacle("32-bit", $"thread {thread.Tid} runs 32-bit code"));
            }

            if (thread.Tracee.HasSystemCallDispatch())
            {
                obstacles.Add(new Obstacle("system-call-dispatch", $"thread {thread.Tid} hands its system calls to itself (PR_SET_SYSCALL_USER_DISPATCH)"));
            }
        }

        if (obstacles.Count > 0)
        {
            throw new ObstacleException(frozen.Pid, obstacles) { StoodStill = true };
        }
    }

    private void Start()
    {
        _batch.Take();
        _since = Stopwatch.GetTimestamp();
        _batch.Start(_frozen.Main, ProcessQuestions.Plan);
    }

    private AskedProcess Fetch()
    {
        AskedProcess asked = AskedProcess.Of(_frozen, _vmas, _batch, _batch.Fetch(), _stoppedChildren, _since);
        _batch.BeginReturn();
        return asked;
    }
}
