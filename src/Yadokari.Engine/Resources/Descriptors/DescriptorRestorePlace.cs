using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>What the restore of descriptors finds in the stub.</summary>
public sealed record DescriptorRestorePlace
{
    /// <summary>Numbers from here on are free for passing use: above every number of the job and of the stub itself,
    /// and below the resource limit in force meanwhile.</summary>
    public required int FirstFreeNumber { get; init; }

    /// <summary>Descriptor of the context file, open for reading.</summary>
    public required Slot ContextFile { get; init; }

    /// <summary>The resumer's streams 0, 1 and 2, at numbers the job does not use.</summary>
    public required IReadOnlyList<Slot> Streams { get; init; }

    /// <summary>Where the content of a carried file lies in the context file, by <see cref="CarriedFileImage.Id"/>.</summary>
    public required Func<int, IReadOnlyList<StoredRun>> Content { get; init; }
}
