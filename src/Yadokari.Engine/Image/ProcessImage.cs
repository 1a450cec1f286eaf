using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Engine.Resources.Threads;

namespace Yadokari.Engine.Image;

/// <summary>One process of a job.</summary>
public sealed record ProcessImage
{
    /// <summary>The pid of its parent in the job; 0 for the main process.</summary>
    public int Parent { get; init; }

    /// <summary>The process of the job whose pid its group has; 0: a group from outside, which is that of whoever resumes.</summary>
    public int Group { get; init; }

    public required AttributesImage Attributes { get; init; }

    public required MemoryImage Memory { get; init; }

    /// <summary>The main thread first.</summary>
    public required IReadOnlyList<ThreadImage> Threads { get; init; }

    public required SignalsImage Signals { get; init; }

    public required TimersImage Timers { get; init; }

    public required DescriptorTableImage Descriptors { get; init; }
}
