namespace Yadokari.Engine.Context;

/// <summary>What <c>yado inspect</c> shows of a context file.</summary>
public sealed record ContextSummary
{
    public required int FormatVersion { get; init; }

    public required DateTimeOffset CapturedAt { get; init; }

    public required string HostName { get; init; }

    public required string KernelRelease { get; init; }

    public required int Pid { get; init; }

    public required string Name { get; init; }

    public required string Executable { get; init; }

    public required IReadOnlyList<string> CommandLine { get; init; }

    public required string WorkingDirectory { get; init; }

    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    public required IReadOnlyList<ThreadSummary> Threads { get; init; }

    /// <summary>The job's other processes; all else here is of its main one.</summary>
    public required IReadOnlyList<ProcessSummary> Relatives { get; init; }

    public required IReadOnlyList<MappingSummary> Mappings { get; init; }

    public required IReadOnlyList<DescriptorSummary> Descriptors { get; init; }

    public required IReadOnlyList<string> CpuFeatures { get; init; }

    /// <summary>Bytes of memory content in the file, of all processes.</summary>
    public required long MemoryBytes { get; init; }

    public required long FileLength { get; init; }

    /// <summary>Null when the file runs another plan than the one that this version makes of its manifest.</summary>
    public required int? PlanOperations { get; init; }
}

/// <param name="Tid">Thread id inside the job's pid namespace.</param>
public sealed record ThreadSummary(int Tid, string Name);

/// <param name="Start">Hexadecimal with 0x.</param>
/// <param name="Protection">rwxp as in /proc/PID/maps.</param>
/// <param name="StoredBytes">Bytes of it that are in the context file.</param>
public sealed record MappingSummary(string Start, string End, string Protection, string Kind, string Name, long StoredBytes);

/// <param name="Kind">file, pipe, eventfd, epoll, …</param>
public sealed record DescriptorSummary(int Number, string Kind, string Detail);

/// <param name="Pid">Inside the job's pid namespace.</param>
/// <param name="Parent">The pid of its parent in the job.</param>
/// <param name="MemoryBytes">Bytes of its memory that are in the context file.</param>
/// <param name="Ended">It has ended, and its parent has not waited for it yet.</param>
public sealed record ProcessSummary(int Pid, int Parent, string Name, int Threads, long MemoryBytes, bool Ended);
