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
using static Yadokari.Linux.Abi.SignalNumber;

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

    private readonly FillStart _start;
    private readonly FillLayout _layout;
    private readonly SocketPair _control;
    private readonly SocketPair _orders;
    private readonly SafeFileHandle _planFile;
    private readonly FillLedger _ledger;
    private readonly byte[] _waiting = new byte[MostOrders * FillOrder.Length];
    private readonly BlockingCollection<byte[]> _queue = [];
    private readonly Thread _hand;
    private FilledPlan? _rest;
    private int _count;
    private int _unanswered;
    private bool _ended;
    private volatile bool _usable = true;

    private JobFiller(int shellPid, FillStart start, FillLayout layout, SocketPair control, SocketPair orders, SafeFileHandle planFile)
    {
        ShellPid = shellPid;
        _start = start;
        _layout = layout;
        _control = control;
        _orders = orders;
        _planFile = planFile;
        _ledger = new FillLedger(Give);
        _hand = new Thread(HandOver) { IsBackground = true, Name = "fill" };
        _hand.Start();
    }

    /// <summary>As <see cref="HeldProcess.ShellPid"/>.</summary>
    public int ShellPid { get; }

    /// <summary>As <see cref="HeldProcess.Pid"/>.</summary>
    public int Pid { get; private set; }

    /// <summary>As far as is known it does what it is told.</summary>
    public bool IsUsable => _usable;

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

        FillStart start = new(layout.Pid, PlanContext.FirstOwnAbove(layout.HighestDescriptor) + FillProgram.MoreDescriptors, layout.RegionBase, layout.RegionLength, vdso);
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
                filler._ledger.Add(layout);
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
        if (!_usable)
        {
            return;
        }

        if (now.Pid != _layout.Pid || now.RegionBase != _layout.RegionBase || now.RegionLength != _layout.RegionLength)
        {
            GiveUp("the job has another place for the rest of its plan by now");
            return;
        }

        _ledger.Add(now);
        Send();
    }

    /// <summary>Bytes were written to the context file.</summary>
    public void Written(long offset, int length)
    {
        if (IsUsable)
        {
            _ledger.Written(offset, length);
            Send();
        }
    }

    /// <summary>All that was written is read, soon.</summary>
    public void Load()
    {
        if (IsUsable)
        {
            _ledger.Load();
            Send();
        }
    }

    /// <summary>Waits until it has done all that it was told, or for so long: whoever fills it should not be far ahead.</summary>
    /// <returns>Whether it has.</returns>
    public bool Settle(int milliseconds)
    {
        Give(new FillOrder(FillOrderKind.Answer));
        Send();
        _unanswered++;
        long until = Environment.TickCount64 + milliseconds;
        Span<byte> answers = stackalloc byte[64];
        while (_usable && _unanswered > 0)
        {
            int left = (int)Math.Max(0, until - Environment.TickCount64);
            if (!_orders.WaitReadable(left))
            {
                return false;
            }

            int got = _orders.Read(answers[..Math.Min(_unanswered, answers.Length)]);
            _unanswered -= got;
            if (got == 0)
            {
                GiveUp("it has ended");
            }
        }

        return _usable;
    }

    /// <summary>The context file is whole: the process gets what is missing of its memory, and the rest of the plan is made.</summary>
    /// <param name="image">What the file holds; its plan was compared.</param>
    public void Complete(TreeImage image)
    {
        if (!_usable)
        {
            return;
        }

        if (!Fits(image))
        {
            GiveUp("the job is another than it was told");
            return;
        }

        IReadOnlySet<ulong> mappings = _ledger.Finish(image.Main.Memory);
        Send();
        FilledPlan made = PlanCompiler.Compile(image, new FilledProcess(_start.OwnBase, FillStart.OwnLength, _start.FirstOwn, mappings));
        if ((ulong)made.Plan.Span + RegionLayout.EndLength(image) <= image.RegionLength && made.Plan.SharedLength == RemoteAddress.PageSize)
        {
            RandomAccess.Write(_planFile, made.Plan.Encode(new RemoteAddress(image.RegionBase), image.RegionLength), 0);
            _rest = made;
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
        if (_rest is not { } plan || options is not { StandardInput: { } input, StandardOutput: { } output, StandardError: { } errors })
        {
            return null;
        }

        Give(new FillOrder(FillOrderKind.Streams));
        Send();
        Drain();
        if (!_usable || !_orders.TrySend(0, [input, output, errors]) || !Enter(_orders, plan.Job) || !Enter(_control, plan.Init))
        {
            return null;
        }

        HeldProcess? held = HeldProcess.TryAdopt(ShellPid, Pid, _control, out string? reason);
        GivenUp ??= reason;
        if (held is not null)
        {
            _ended = true;
            _orders.Dispose();
            _planFile.Dispose();
            _queue.Dispose();
        }

        _usable = false;
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
        if (_ended)
        {
            return;
        }

        _ended = true;
        _usable = false;
        // Who waits for it to take more is woken before the descriptor goes.
        _orders.Shut();
        Drain();
        _control.Dispose();
        _orders.Dispose();
        _planFile.Dispose();
        _queue.Dispose();
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
                    Signals.Send(child, SIGKILL);
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
            && main.Attributes.Pid == _layout.Pid
            && image.RegionBase == _layout.RegionBase && image.RegionLength == _layout.RegionLength
            && main.Memory.Vdso is { } vdso && OwnVdso.IsSame(vdso, _start.Vdso)
            && image.HighestDescriptor < _start.FirstOwn
            && ShellPlan.DescriptorsOf(image, _start.FirstOwn) <= _start.FirstOwn + PlanContext.OwnCount + FillProgram.MoreDescriptors
            && (main.Attributes.SessionLeader || !main.Attributes.GroupLeader)
            && !main.Descriptors.Descriptions.Any(description => description is TerminalImage);
    }

    private void Give(FillOrder order)
    {
        if (_count == MostOrders)
        {
            Send();
        }

        order.Write(_waiting.AsSpan(_count * FillOrder.Length));
        _count++;
    }

    private void Send()
    {
        if (_count > 0 && _usable)
        {
            _queue.Add(_waiting.AsSpan(0, _count * FillOrder.Length).ToArray());
        }

        _count = 0;
    }

    /// <summary>All orders are handed over, or never will be.</summary>
    private void Drain()
    {
        if (!_queue.IsAddingCompleted)
        {
            _queue.CompleteAdding();
        }

        _hand.Join();
    }

    private void HandOver()
    {
        foreach (byte[] some in _queue.GetConsumingEnumerable())
        {
            if (_usable && !_orders.TryWrite(some, Patience))
            {
                GiveUp("it does not take what it is told");
            }
        }
    }

    private void GiveUp(string reason)
    {
        GivenUp ??= reason;
        _usable = false;
    }
}
