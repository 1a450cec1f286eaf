using System.Text.Json.Serialization;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using Yadokari.Engine.Resources.Threads;

namespace Yadokari.Engine.Image;

/// <summary>The model of a captured process: everything but the bytes of its memory, which lie in the
/// context file where the segments say.</summary>
public sealed record ProcessImage
{
    /// <summary>Raised when an older reader could misunderstand the file.</summary>
    public const int CurrentFormat = 2;

    public required int Format { get; init; }

    public required OriginImage Origin { get; init; }

    /// <summary>Base of the stub's region: an address range that the process does not use.</summary>
    public required ulong RegionBase { get; init; }

    /// <summary>Bytes of it.</summary>
    public required ulong RegionLength { get; init; }

    public required AttributesImage Attributes { get; init; }

    public required MemoryImage Memory { get; init; }

    /// <summary>The main thread first.</summary>
    public required IReadOnlyList<ThreadImage> Threads { get; init; }

    public required SignalsImage Signals { get; init; }

    public required TimersImage Timers { get; init; }

    public required DescriptorTableImage Descriptors { get; init; }

    /// <summary>The highest descriptor number in use; -1 for none.</summary>
    [JsonIgnore]
    public int HighestDescriptor => Descriptors.HighestNumber();
}
