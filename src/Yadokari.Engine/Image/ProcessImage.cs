using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Engine.Resources.Threads;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Image;

/// <summary>One process of a job.</summary>
public sealed record ProcessImage
{
    /// <summary>The pid of its parent in the job; 0 for the main process.</summary>
    public int Parent { get; init; }

    /// <summary>Its parent has ended: it is a child of the job's init, and made by the main process, which stands for its parent above.</summary>
    public bool Orphan { get; init; }

    /// <summary>The pid that its group has, of a process of the job or of one that has ended; 0: a group from outside, which is that of
    /// whoever resumes.</summary>
    public int Group { get; init; }

    /// <summary>The pid that its session has, in the same way.</summary>
    public int Session { get; init; }

    /// <summary>It has given up the controlling terminal that its session has (TIOCNOTTY).</summary>
    public bool WithoutTerminal { get; init; }

    /// <summary>It leads a session that has a terminal of outside, in whose foreground is this group, of a process of the job; 0: its own
    /// group, or one that has ended.</summary>
    public int Foreground { get; init; }

    /// <summary>Which signal tells its parent that it has ended; 0: none.</summary>
    public int ExitSignal { get; init; } = SIGCHLD;

    /// <summary>It has its working directory, root and umask in common with its parent (CLONE_FS).</summary>
    public bool SharesDirectory { get; init; }

    /// <summary>It has its descriptor table in common with its parent (CLONE_FILES): what is open is told there, and
    /// <see cref="Descriptors"/> has none.</summary>
    public bool SharesDescriptors { get; init; }

    /// <summary>What is undone to System V semaphores at its end; of sets in <see cref="TreeImage.Ipc"/>.</summary>
    public IReadOnlyList<SemaphoreUndoImage> SemaphoreUndos { get; init; } = [];

    public required AttributesImage Attributes { get; init; }

    public required MemoryImage Memory { get; init; }

    /// <summary>The main thread first.</summary>
    public required IReadOnlyList<ThreadImage> Threads { get; init; }

    public required SignalsImage Signals { get; init; }

    public required TimersImage Timers { get; init; }

    public required DescriptorTableImage Descriptors { get; init; }
}
