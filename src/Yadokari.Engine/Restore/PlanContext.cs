using Yadokari.Engine.Image;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>What the parts of a plan's compilation share, for one process of the job.</summary>
public sealed class PlanContext
{
    /// <summary>How many numbers from <c>firstOwn</c> the stub may use.</summary>
    public const int OwnCount = 32;

    /// <summary>How many numbers behind what is staged are for passing use.</summary>
    public const int AsideGap = 64;

    private readonly ulong _buffers;
    private Argument? _opened;
    private Argument? _tableLeft;
    private Argument? _ready;
    private Argument? _readyLate;

    private PlanContext(TreeImage tree, ProcessImage image, PlanBuilder plan, int firstOwn, TreeCounters counters, DataReference allSignals, Skeleton skeleton, CommonMemory common, ulong buffers)
    {
        _buffers = buffers;
        Skeleton = skeleton;
        Common = common;
        Tree = tree;
        Image = image;
        Plan = plan;
        FirstOwn = firstOwn;
        Counters = counters;
        AllSignals = allSignals;
        Passing = plan.NewSlot();
        Same = plan.NewSlot();
    }

    /// <summary>Of the job's main process.</summary>
    /// <param name="tree">What is rebuilt.</param>
    /// <param name="plan">Where operations go.</param>
    /// <param name="firstOwn">The stub's own descriptors start here: above every number the job uses.</param>
    public PlanContext(TreeImage tree, PlanBuilder plan, int firstOwn)
        : this(tree, tree.Main, plan, firstOwn, new TreeCounters(plan), plan.Bytes([255, 255, 255, 255, 255, 255, 255, 255], "~[]"), Skeleton.Of(tree), CommonMemory.Of(tree), tree.RegionBase + tree.RegionLength - RegionLayout.EndLength(tree))
    {
    }

    /// <summary>The whole job.</summary>
    public TreeImage Tree { get; }

    /// <summary>Its POSIX message queues.</summary>
    internal PosixQueueRestore Queues => field ??= new PosixQueueRestore(Tree.Ipc);

    /// <summary>In which order its processes are made.</summary>
    public Skeleton Skeleton { get; }

    /// <summary>Whether a process with any number may be made when all of the job's are there: it could have that of a thread that is
    /// still to be made in another one.</summary>
    public bool MayMakeOthers => Tree.Processes.All(process => process == Image || process.Threads.Count == 1);

    /// <summary>The process that is rebuilt.</summary>
    public ProcessImage Image { get; }

    public PlanBuilder Plan { get; }

    public int FirstOwn { get; }

    /// <summary>Above every number of the job, and of the streams and what else a shell has open.</summary>
    public static int FirstOwnAbove(int highest) => Math.Max(16, highest + 1);

    /// <summary>The exit status file.</summary>
    public int ExitFile => FirstOwn;

    /// <summary>The control socket.</summary>
    public int Control => FirstOwn + 1;

    /// <summary>The context file itself.</summary>
    public int Self => FirstOwn + 2;

    /// <summary>Streams 0–2 of whoever resumes; may be closed.</summary>
    public int Stream(int number) => FirstOwn + 3 + number;

    /// <summary>Free for short use inside one resource.</summary>
    public int Scratch => FirstOwn + 6;

    /// <summary>What the process has already that this plan goes on in; null: it begins with nothing.</summary>
    public FilledProcess? Filled { get; init; }

    /// <summary>Where the n-th description that processes share is open until each has its own numbers for it.</summary>
    public int Staged(int index) => FirstOwn + OwnCount + index;

    /// <summary>How many there are of these, with <see cref="ControlTerminal"/>.</summary>
    public int StagedCount => Tree.Shared.Descriptions.Count + Tree.Shared.Terminals.Count;

    /// <summary>Where the other side of the n-th pseudoterminal is open meanwhile.</summary>
    public int ControlTerminal(int terminal) => Staged(Tree.Shared.Descriptions.Count + terminal);

    /// <summary>Above all numbers that are in use while what is shared is opened.</summary>
    public int Aside => Staged(StagedCount) + AsideGap + Tree.SharedObjects.Count + Tree.Processes.Max(process => process.Memory.SharedObjects.Count);

    /// <summary>Where each shared object's descriptor is, by its key; kept until all descriptors are rebuilt.</summary>
    public Dictionary<string, Slot> Objects { get; } = [];

    /// <summary>Keys of those that several processes of the job have.</summary>
    public HashSet<string> CommonObjects { get; private init; } = [];

    /// <summary>What processes have alike in private memory.</summary>
    internal CommonMemory Common { get; }

    /// <summary>What this process has of that where the plan has come to.</summary>
    internal InheritedMemory Inherited { get; set; } = InheritedMemory.None;

    /// <summary>It has read what its children inherit.</summary>
    internal bool HasStagedMemory { get; set; }

    /// <summary>1 when the kernel's vdso is parked in the region, 0 when it is another one; made by the main process.</summary>
    public Slot VdsoParked { get; set; }

    /// <summary>What was found at the path of each file that travels, by its key.</summary>
    public Dictionary<string, Slot> Found { get; } = [];

    /// <summary>Names of sockets that the job itself has until the gate opens.</summary>
    public HeldNames HeldNames { get; private init; } = new();

    /// <summary>For results that are used at once; the process's main thread only.</summary>
    public Slot Passing { get; }

    /// <summary>Result of a comparison, used at once; the process's main thread only.</summary>
    public Slot Same { get; }

    /// <summary>1 when whoever resumes is in the foreground of its terminal; null for a job without a terminal.</summary>
    public Slot? InForeground { get; set; }

    /// <summary>The descriptors' part of the plan.</summary>
    public Resources.Descriptors.DescriptorRestore? Descriptors { get; set; }

    /// <summary>Of what several hold, in the main process, which has opened it.</summary>
    public Resources.Descriptors.DescriptorRestore? StagedDescriptors { get; set; }

    /// <summary>A constant 64-bit mask of ones in memory.</summary>
    public DataReference AllSignals { get; }

    /// <summary>A number that nobody in the job has or will have, for a process of the moment; null where the job may not choose, or
    /// has no other processes whose threads are still to be made.</summary>
    public int? FreePid() =>
        Tree.HasRelatives ? Tree.Processes.SelectMany(process => process.Threads).Select(thread => thread.Tid).Concat(Tree.Ended.Select(process => process.Pid)).Concat(Skeleton.Leaders.Select(leader => leader.Pid)).Max() + ++Counters.FreePids : null;

    /// <summary>What its processes and threads wait for.</summary>
    public TreeCounters Counters { get; }

    /// <summary>Counts 1 when this process and all that descend from it have what they share; for its parent.</summary>
    public Argument Opened => _opened ??= Plan.NewCounter($"opened {Image.Attributes.Pid}");

    /// <summary>Counts 1 when this process, and those below that have the same descriptor table, need nothing of it any more; for its parent.</summary>
    public Argument TableLeft => _tableLeft ??= Plan.NewCounter($"left the table {Image.Attributes.Pid}");

    /// <summary>Counts 1 when this process and all that descend from it are rebuilt; for its parent.</summary>
    public Argument Ready => _ready ??= Plan.NewCounter($"ready {Image.Attributes.Pid}");

    /// <summary>Counts 1 when they have done what had to wait for the gate.</summary>
    public Argument ReadyLate => _readyLate ??= Plan.NewCounter($"late {Image.Attributes.Pid}");

    /// <summary>The n-th of the readers' buffers, which lie before what is parked at the region's end.</summary>
    public Argument Buffer(int reader) => new RemoteAddress(_buffers + ((ulong)reader * ReadBuffer.Length));

    /// <summary>The same for another process of the job.</summary>
    public PlanContext Of(ProcessImage other)
    {
        PlanContext context = new(Tree, other, Plan, FirstOwn, Counters, AllSignals, Skeleton, Common, _buffers) { CommonObjects = CommonObjects, HeldNames = HeldNames, VdsoParked = VdsoParked };
        foreach (string key in CommonObjects)
        {
            context.Objects.Add(key, Objects[key]);
        }

        return context;
    }
}
