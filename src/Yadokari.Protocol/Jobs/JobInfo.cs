using System.Text.Json.Serialization;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;

namespace Yadokari.Protocol.Jobs;

/// <summary>A job.</summary>
public sealed record JobInfo
{
    /// <summary>Given by the host that started it; kept on every other host.</summary>
    public required string Id { get; init; }

    /// <summary>Unique among the running jobs of a host.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the host that says this.</summary>
    public required string Host { get; init; }

    public required JobState State { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The user it runs as.</summary>
    public required uint Uid { get; init; }

    /// <summary>When it was first started, on any host.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Counts the hosts it has been on; the record with the highest one is the true one.</summary>
    public required int Epoch { get; init; }

    public required JobStreams Streams { get; init; }

    public JobKind Kind { get; init; }

    /// <summary>Where a service serves HTTP/1.1, ADDR:PORT; null for a process.</summary>
    public string? ServiceAddress { get; init; }

    /// <summary>Where a service serves HTTP/2 without TLS, ADDR:PORT.</summary>
    public string? ServiceHttp2Address { get; init; }

    /// <summary>Its main process as this host sees it; null unless it runs here.</summary>
    public int? Pid { get; init; }

    /// <summary>Bytes of memory it holds now (resident set); null unless it runs here.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Seconds of processor time used on this host; null unless it runs here.</summary>
    public double? CpuSeconds { get; init; }

    /// <summary>Processors used in the last seconds; null unless it runs here.</summary>
    public double? CpuUse { get; init; }

    /// <summary>Threads that ran or waited for a processor in the last seconds; null unless it runs here.</summary>
    public double? Demand { get; init; }

    public DateTimeOffset? Ended { get; init; }

    /// <summary>Exit status when it ended by itself.</summary>
    public int? ExitStatus { get; init; }

    /// <summary>Number of the signal that ended it.</summary>
    public int? Signal { get; init; }

    /// <summary>Name of the host it went to; only when <see cref="JobState.Moved"/>.</summary>
    public string? MovedTo { get; init; }

    /// <summary>ADDR:PORT of the host it went to.</summary>
    public string? MovedToAddress { get; init; }

    /// <summary>How far it is on its way; null unless it is <see cref="JobState.Moving"/>.</summary>
    public MoveUnderWay? UnderWay { get; init; }

    /// <summary>What a user should know, e.g. where the context file of a lost job is.</summary>
    public string? Note { get; init; }

    /// <summary>Nothing that can be seen stood in the way of a move a moment ago; null: it was not looked at.</summary>
    public bool? Movable { get; init; }

    /// <summary>What stood in the way of a move a moment ago; null: it was not looked at.</summary>
    public IReadOnlyList<ObstacleInfo>? Obstacles { get; init; }

    /// <summary>It was started without yado and adopted; after its first move it is a job like any other.</summary>
    public bool Adopted { get; init; }

    /// <summary>How it is saved while it runs; null: not.</summary>
    public CheckpointPlan? Plan { get; init; }

    /// <summary>What becomes of its TCP connections to outside when it is moved: as it was told at its start; null: they are obstacles.</summary>
    public string? Tcp { get; init; }

    /// <summary>What it may use at most; null: what its host has.</summary>
    public JobLimits? Limits { get; init; }

    /// <summary>Bytes of the end of its output, and of its errors, that are kept in its log; null: all.</summary>
    public long? LogSize { get; init; }

    /// <summary>What it can be resumed from, the last one first; null when there is none.</summary>
    public IReadOnlyList<CheckpointInfo>? Checkpoints { get; init; }

    /// <summary>It went down and is about to be resumed from its last checkpoint.</summary>
    public bool Resuming { get; init; }

    /// <summary>Nothing more will happen to it on this host.</summary>
    [JsonIgnore]
    public bool IsOver => !Resuming && State is JobState.Ended or JobState.Moved or JobState.Lost or JobState.Saved;

    /// <summary>As a shell reports it: the exit status, or 128 + signal; 1 for a lost job.</summary>
    [JsonIgnore]
    public int ShellStatus => ExitStatus ?? (Signal is { } signal ? 128 + signal : 1);
}
