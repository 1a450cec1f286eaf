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

    public required IReadOnlyList<MappingSummary> Mappings { get; init; }

    public required IReadOnlyList<DescriptorSummary> Descriptors { get; init; }

    public required IReadOnlyList<string> CpuFeatures { get; init; }

    /// <summary>Bytes of memory content in the file.</summary>
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
