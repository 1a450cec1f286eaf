using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>What the restore of descriptors finds in the stub.</summary>
public sealed record DescriptorRestorePlace
{
    /// <summary>Numbers from here on are free for passing use: above every number of the job and of the stub itself,
    /// and below the resource limit in force meanwhile.</summary>
    public required int FirstFreeNumber { get; init; }

    /// <summary>The resumer's streams 0, 1 and 2, at numbers the job does not use.</summary>
    public required IReadOnlyList<Slot> Streams { get; init; }

    /// <summary>Where a carried file, made and filled with the memory, is open for reading and writing.</summary>
    public required Func<CarriedFileImage, Slot> File { get; init; }

    /// <summary>Whether other processes of the job have a carried file as well: its owner, mode and seals come when all have it.</summary>
    public Func<CarriedFileImage, bool> IsCommon { get; init; } = static _ => false;

    /// <summary>At which number a description is open that several processes share.</summary>
    public Func<int, int> Shared { get; init; } = static index => throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>That description itself.</summary>
    public Func<int, DescriptorImage> SharedImage { get; init; } = static index => throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>By which name a POSIX message queue is found.</summary>
    public Func<ulong, string> Queue { get; init; } = static queue => throw new ArgumentOutOfRangeException(nameof(queue));

    /// <summary>Names of sockets that are taken after the gate; one for the whole job.</summary>
    public HeldNames HeldNames { get; init; } = new();

    /// <summary>At which number every process finds the other side of a pseudoterminal until it has its own numbers, to make it its
    /// controlling terminal.</summary>
    public Func<int, int> Control { get; init; } = static index => throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>From here on numbers are free, however many.</summary>
    public int Aside { get; init; }

    /// <summary>Waits until all processes of the job are there, so that they can be named.</summary>
    public Action AwaitRelatives { get; init; } = static () => { };

    /// <summary>A number that no process or thread of the job has, another one each time; null: any will do.</summary>
    public Func<int?> FreePid { get; init; } = static () => null;

    /// <summary>What was found at the path of a file that travels.</summary>
    public Func<CarriedFileImage, Slot> Found { get; init; } = static file => throw new ArgumentException($"{file.Name} does not travel", nameof(file));
}
