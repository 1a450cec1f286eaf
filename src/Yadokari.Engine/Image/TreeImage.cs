using System.Text.Json.Serialization;
using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Resources.Process;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Engine.Image;

/// <summary>The model of a captured job: its processes and what lies between them; everything but the bytes of their memory,
/// which lie in the context file where the segments say.</summary>
public sealed record TreeImage
{
    /// <summary>Raised when an older reader could misunderstand the file.</summary>
    public const int CurrentFormat = 5;

    /// <summary>The oldest that is read. What a newer one could say and does not is written as it was before.</summary>
    public const int OldestFormat = 3;

    public required int Format { get; init; }

    public required OriginImage Origin { get; init; }

    /// <summary>Base of the stub's region: an address range that no process of the job uses.</summary>
    public required ulong RegionBase { get; init; }

    /// <summary>Bytes of it.</summary>
    public required ulong RegionLength { get; init; }

    /// <summary>The job's main process first, each other one behind its parent.</summary>
    public required IReadOnlyList<ProcessImage> Processes { get; init; }

    /// <summary>Processes that have ended and wait to be reaped by their parent.</summary>
    public IReadOnlyList<EndedProcessImage> Ended { get; init; } = [];

    /// <summary>What several of them hold, made once; <see cref="SharedDescriptorImage.Index"/> counts its descriptions.</summary>
    public DescriptorTableImage Shared { get; init; } = new() { Descriptions = [], Pipes = [], Files = [] };

    /// <summary>Memory and files without a name that several of them map or have open: made once, by the main process.</summary>
    public IReadOnlyList<SharedObjectImage> SharedObjects { get; init; } = [];

    /// <summary>It has an IPC namespace of its own, or gets one for what it holds; null: that of whoever resumes.</summary>
    public IpcImage? Ipc { get; init; }

    /// <summary>It has a UTS namespace of its own; null: that of whoever resumes.</summary>
    public HostNameImage? HostName { get; init; }

    /// <summary>The job's main process: whose end is the end of the job.</summary>
    [JsonIgnore]
    public ProcessImage Main => Processes[0];

    /// <summary>The format that the image needs: 5 for descriptor tables in common, 4 for main threads that have ended, ended processes that told so by another signal than SIGCHLD and descriptors in flight.</summary>
    [JsonIgnore]
    public int NeededFormat =>
        Processes.Any(process => process.SharesDescriptors)
            ? CurrentFormat
            : Processes.Any(process => process.Threads[0].Ended is not null) || Ended.Any(process => process.ExitSignal != SIGCHLD) || Shared.Descriptions.Any(image => image is UnixPairImage { InFlight.Count: > 0 } or SocketImage { InFlight.Count: > 0 })
            ? 4
            : OldestFormat;

    /// <summary>It has more than its main process.</summary>
    [JsonIgnore]
    public bool HasRelatives => Processes.Count + Ended.Count > 1;

    /// <summary>It has POSIX shared memory, and gets a /dev/shm of its own with it.</summary>
    [JsonIgnore]
    public bool HasNamedMemory => SharedObjects.Any(shared => shared.NamedAt is not null);

    /// <summary>It always gets namespaces of its own.</summary>
    [JsonIgnore]
    public bool NeedsInit => HasRelatives || Ipc is not null || HasNamedMemory || Shared.Terminals.Count > 0;

    /// <summary>The highest descriptor number in use; -1 for none.</summary>
    [JsonIgnore]
    public int HighestDescriptor => Processes.Max(process => process.Descriptors.HighestNumber());
}
