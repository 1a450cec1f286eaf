using Yadokari.Engine.Image;
using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>What the parts of a plan's compilation share.</summary>
/// <param name="image">What is rebuilt.</param>
/// <param name="plan">Where operations go.</param>
/// <param name="firstOwn">The stub's own descriptors start here: above every number the job uses.</param>
public sealed class PlanContext(ProcessImage image, PlanBuilder plan, int firstOwn)
{
    /// <summary>How many numbers from <c>firstOwn</c> the stub may use.</summary>
    public const int OwnCount = 32;

    public ProcessImage Image { get; } = image;

    public PlanBuilder Plan { get; } = plan;

    public int FirstOwn { get; } = firstOwn;

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

    /// <summary>Where each shared object's descriptor is, by its key; kept until all descriptors are rebuilt.</summary>
    public Dictionary<string, Slot> Objects { get; } = [];

    /// <summary>What was found at the path of each file that travels, by its key.</summary>
    public Dictionary<string, Slot> Found { get; } = [];

    /// <summary>For results that are used at once; the job's main thread only.</summary>
    public Slot Passing { get; } = plan.NewSlot();

    /// <summary>Result of a comparison, used at once; the job's main thread only.</summary>
    public Slot Same { get; } = plan.NewSlot();

    /// <summary>1 when whoever resumes is in the foreground of its terminal; null for a job without a terminal.</summary>
    public Slot? InForeground { get; set; }

    /// <summary>The descriptors' part of the plan.</summary>
    public Resources.Descriptors.DescriptorRestore? Descriptors { get; set; }

    /// <summary>A constant 64-bit mask of ones in memory.</summary>
    public DataReference AllSignals { get; } = plan.Bytes([255, 255, 255, 255, 255, 255, 255, 255], "~[]");

    /// <summary>The n-th of the readers' buffers, which lie before what is parked at the region's end.</summary>
    public Argument Buffer(int reader) => new RemoteAddress(
        Image.RegionBase + Image.RegionLength - RegionLayout.EndLength(Image.Memory.Vdso) + ((ulong)reader * ReadBuffer.Length));

    /// <summary>Counts the threads that are rebuilt and wait.</summary>
    public Argument Prepared { get; } = plan.NewCounter("prepared");

    /// <summary>Opened by the waiter when the resume is committed.</summary>
    public Argument Gate { get; } = plan.NewGate("gate");

    /// <summary>The main thread has done what had to wait for the gate.</summary>
    public Argument Late { get; } = plan.NewCounter("late");

    /// <summary>Never opened: threads park here until the waiter takes them over by ptrace.</summary>
    public Argument Park { get; } = plan.NewGate("park");
}
