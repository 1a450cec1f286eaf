using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using Yadokari.Engine.Context;
using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Restore;
using Yadokari.Engine.Resume;
using Yadokari.Linux;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Spawn;

namespace Yadokari.Engine.Filling;

/// <summary>
/// A job's process that is made and filled while its job still runs on another host. It is a help only: at any doubt it is given up, and
/// the job is resumed from its context file as if it had never been. Disposing ends it without trace, and so does the end of the caller.
/// Not thread-safe.
/// </summary>
public sealed class JobFiller : IDisposable
{
    /// <summary>Milliseconds in which it must take some more orders.</summary>
    private const int Patience = 10_000;

    private const int StartPatience = 5_000;

    /// <summary>Handed over together: room in the socket comes back only when it has done all of them.</summary>
    private const int MostOrders = 32;

    private const int KillSignal = 9;

    private readonly FillStart start;
    private readonly FillLayout layout;
    private readonly SocketPair control;
    private readonly SocketPair orders;
    private readonly SafeFileHandle planFile;
    private readonly FillLedger ledger;
    private readonly byte[] waiting = new byte[MostOrders * FillOrder.Length];
    private readonly BlockingCollection<byte[]> queue = [];
    private readonly Thread hand;
    private FilledPlan? rest;
    private int count;
    private int unanswered;
    private bool ended;
    private volatile bool usable = true;

    private JobFiller(int shellPid, FillStart start, FillLayout layout, SocketPair control, SocketPair orders, SafeFileHandle planFile)
    {
        ShellPid = shellPid;
        this.start = start;
        this.layout = layout;
        this.control = control;
        this.orders = orders;
        this.planFile = planFile;
        ledger = new FillLedger(Give);
        hand = new Thread(HandOver) { IsBackground = true, Name = "fill" };
        hand.Start();
    }

    /// <summary>As <see cref="HeldProcess.ShellPid"/>.</summary>
    public int ShellPid { get; }

    /// <summary>As <see cref="HeldProcess.Pid"/>.</summary>
    public int Pid { get; private set; }

    /// <summary>As far as is known it does what it is told.</summary>
    public bool IsUsable => usable;

    /// <summary>Why it can't be used; null: it can, or that is not known.</summary>
    public string? GivenUp { get; private set; }

    /// <summary>Starts a process for a job and gives it its first mappings; null when that is not possible here.</summary>
    /// <param name="image">The context file that is being written; the caller's.</param>
    /// <param name="exitStatusFile">As <see cref="ResumeOptions.ExitStatusFile"/>; the caller's.</param>
    public static JobFiller? TryStart(FillLayout layout, SafeFileHandle image, SafeFileHandle exitStatusFile)
    {
        if (OwnVdso.Image is not { } vdso || Checksum.Compute(vdso.Bytes) != layout.VdsoSum)
        {
            return null;
        }

        FillStart start = new(layout.Pid, Math.Max(16, layout.HighestDescriptor + 1) + FillProgram.MoreDescriptors, layout.RegionBase, layout.RegionLength, vdso);
        SocketPair control = SocketPair.Create();
        SocketPair orders = SocketPair.Create();
        SafeFileHandle planFile = MemoryFile.Create("yadokari-plan");
        JobFiller? filler = null;
        try
        {
            using SafeFileHandle stub = StubFile.Create("yadokari-fill", FillProgram.Compile(start), start.OwnBase, FillStart.OwnLength);
            int shell = ChildProcess.Start(new SpawnRequest
            {
                Program = $"/proc/self/fd/{stub.DangerousGetHandle()}",
                Arguments = ["yadokari-fill", "@yado", $"{FillProgram.Control}", $"{FillProgram.ExitFile}", "1"],
                Environment = [],
                Descriptors = [null, null, null, control.Child, exitStatusFile, orders.Child, planFile, image],
                NewSession = true,
            });
            control.Child.Dispose();
            orders.Child.Dispose();
            filler = new JobFiller(shell, start, layout, control, orders, planFile);
            if (filler.Settle(StartPatience) && JobShell.FindJob(shell) is { } pid)
            {
                filler.Pid = pid;
                filler.ledger.Add(layout);
                filler.Send();
                return filler;
            }
        }
        catch (SystemCallException)
        {
            // The file itself will be executed, and say what is missing.
        }

        if (filler is not null)
        {
            filler.Dispose();
        }
        else
        {
            control.Dispose();
            orders.Dispose();
            planFile.Dispose();
        }

        return null;
    }

    /// <summary>There is more, or it is another.</summary>
    public void Update(FillLayout now)
    {
        if (!usable)
        {
            return;
        }

        if (now.Pid != layout.Pid || now.RegionBase != layout.RegionBase || now.RegionLength != layout.RegionLength)
        {
            GiveUp("the job has another place for the rest of its plan by now");
            return;
        }

        ledger.Add(now);
        Send();
    }

    /// <summary>Bytes were written to the context file.</summary>
    public void Written(long offset, int length)
    {
        if (IsUsable)
        {
            ledger.Written(offset, length);
            Send();
        }
    }

    /// <summary>All that was written is read, soon.</summary>
    public void Load()
    {
        if (IsUsable)
        {
            ledger.Load();
            Send();
        }
    }

    /// <summary>Waits until it has done all that it was told, or for so long: whoever fills it should not be far ahead.</summary>
    /// <returns>Whether it has.</returns>
    public bool Settle(int milliseconds)
    {
        Give(new FillOrder(FillOrderKind.Answer));
        Send();
        unanswered++;
        long until = Environment.TickCount64 + milliseconds;
        Span<byte> answers = stackalloc byte[64];
        while (usable && unanswered > 0)
        {
            int left = (int)Math.Max(0, until - Environment.TickCount64);
            if (!orders.WaitReadable(left))
            {
                return false;
            }

            int got = orders.Read(answers[..Math.Min(unanswered, answers.Length)]);
            unanswered -= got;
            if (got == 0)
            {
                GiveUp("it has ended");
            }
        }

        return usable;
    }

    /// <summary>The context file is whole: the process gets what is missing of its memory, and the rest of the plan is made.</summary>
    /// <param name="image">What the file holds; its plan was compared.</param>
    public void Complete(TreeImage image)
    {
        if (!usable)
        {
            return;
        }

        if (!Fits(image))
        {
            GiveUp("the job is another than it was told");
            return;
        }

        IReadOnlySet<ulong> mappings = ledger.Finish(image.Main.Memory);
        Send();
        FilledPlan made = PlanCompiler.Compile(image, new FilledProcess(start.OwnBase, FillStart.OwnLength, start.FirstOwn, mappings));
        if ((ulong)made.Plan.Span + RegionLayout.EndLength(image) <= image.RegionLength && made.Plan.SharedLength == RemoteAddress.PageSize)
        {
            RandomAccess.Write(planFile, made.Plan.Encode(new RemoteAddress(image.RegionBase), image.RegionLength), 0);
            rest = made;
        }
        else
        {
            GiveUp("the rest of the plan is too long");
        }
    }

    /// <summary>The process goes on with the rest of the plan until all is as the image has it.</summary>
    /// <param name="options">Where its streams go.</param>
    /// <returns>The process, held as one that was made from the file; this has nothing more to do with it. Null: it can't be used.</returns>
    public HeldProcess? Finish(ResumeOptions options)
    {
        if (rest is not { } plan || options is not { StandardInput: { } input, StandardOutput: { } output, StandardError: { } errors })
        {
            return null;
        }

        Give(new FillOrder(FillOrderKind.Streams));
        Send();
        Drain();
        if (!usable || !orders.TrySend(0, [input, output, errors]) || !Enter(orders, plan.Job) || !Enter(control, plan.Init))
        {
            return null;
        }

        HeldProcess? held = HeldProcess.TryAdopt(ShellPid, Pid, control, out string? reason);
        GivenUp ??= reason;
        if (held is not null)
        {
            ended = true;
            orders.Dispose();
            planFile.Dispose();
            queue.Dispose();
        }

        usable = false;
        return held;

        bool Enter(SocketPair by, int operation)
        {
            byte[] enter = new byte[FillOrder.Length];
            new FillOrder(FillOrderKind.Enter, (ulong)plan.Plan.Length, (ulong)operation, (ulong)plan.Plan.SharedOffset).Write(enter);
            return by.TryWrite(enter, Patience);
        }
    }

    public void Dispose()
    {
        if (ended)
        {
            return;
        }

        ended = true;
        usable = false;
        // Who waits for it to take more is woken before the descriptor goes.
        orders.Shut();
        Drain();
        control.Dispose();
        orders.Dispose();
        planFile.Dispose();
        queue.Dispose();
        Reap();
    }

    /// <summary>It ends by itself when nobody speaks to it any more; one that can't (stopped) is killed.</summary>
    private void Reap()
    {
        const int looks = 200, pause = 10;
        for (int i = 0; !ChildProcess.TryReap(ShellPid, out _); i++)
        {
            if (i == looks)
            {
                foreach (int child in Linux.Proc.ProcTasks.Children(ShellPid) ?? [])
                {
                    Signals.Send(child, KillSignal);
                }

                ChildProcess.Wait(ShellPid);
                return;
            }

            Thread.Sleep(pause);
        }
    }

    /// <summary>What was made beforehand is what this image wants.</summary>
    private bool Fits(TreeImage image)
    {
        ProcessImage main = image.Main;
        return !image.NeedsInit
            && main.Attributes.Pid == layout.Pid
            && image.RegionBase == layout.RegionBase && image.RegionLength == layout.RegionLength
            && main.Memory.Vdso is { } vdso && OwnVdso.IsSame(vdso, start.Vdso)
            && image.HighestDescriptor < start.FirstOwn
            && ShellPlan.DescriptorsOf(image, start.FirstOwn) <= start.FirstOwn + PlanContext.OwnCount + FillProgram.MoreDescriptors
            && (main.Attributes.SessionLeader || !main.Attributes.GroupLeader)
            && !main.Descriptors.Descriptions.Any(description => description is TerminalImage);
    }

    private void Give(FillOrder order)
    {
        if (count == MostOrders)
        {
            Send();
        }

        order.Write(waiting.AsSpan(count * FillOrder.Length));
        count++;
    }

    private void Send()
    {
        if (count > 0 && usable)
        {
            queue.Add(waiting.AsSpan(0, count * FillOrder.Length).ToArray());
        }

        count = 0;
    }

    /// <summary>All orders are handed over, or never will be.</summary>
    private void Drain()
    {
        if (!queue.IsAddingCompleted)
        {
            queue.CompleteAdding();
        }

        hand.Join();
    }

    private void HandOver()
    {
        foreach (byte[] some in queue.GetConsumingEnumerable())
        {
            if (usable && !orders.TryWrite(some, Patience))
            {
                GiveUp("it does not take what it is told");
            }
        }
    }

    private void GiveUp(string reason)
    {
        GivenUp ??= reason;
        usable = false;
    }
}
