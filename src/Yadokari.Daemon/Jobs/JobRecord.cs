using Yadokari.Daemon.Services;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Daemon.Jobs;

/// <summary>A job as the store keeps it.</summary>
public sealed record JobRecord
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required JobState State { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required uint Uid { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required int Epoch { get; init; }

    public required JobStreams Streams { get; init; }

    /// <summary>Whose streams it has, as long as they are its own (<see cref="JobStreams.Inherit"/>).</summary>
    public ProcessIdentity? Caller { get; init; }

    /// <summary>The init of the job: its end is the end of the job.</summary>
    public required ProcessIdentity Shell { get; init; }

    /// <summary>The job's main process.</summary>
    public required ProcessIdentity Main { get; init; }

    /// <summary>Where a program that knows it moves speaks with the daemon; null for all others.</summary>
    public ulong? Mailbox { get; init; }

    public DateTimeOffset? Ended { get; init; }

    /// <summary>wait(2) status; null as long as it runs, and for a lost job.</summary>
    public int? WaitStatus { get; init; }

    public string? MovedTo { get; init; }

    public string? MovedToAddress { get; init; }

    public string? Note { get; init; }

    /// <summary>Only of a service.</summary>
    public ServicePart? Service { get; init; }

    /// <summary>A process that was started without yado: it has no shell, <see cref="Shell"/> is itself.</summary>
    public bool Adopted { get; init; }

    /// <summary>How it is saved while it runs; null: not.</summary>
    public CheckpointPlan? Plan { get; init; }

    /// <summary>What becomes of its TCP connections to outside whenever it is moved or saved; null: they are obstacles.</summary>
    public string? Tcp { get; init; }

    /// <summary>What it may use at most; null: what its host has.</summary>
    public JobLimits? Limits { get; init; }

    /// <summary>Directories of its control groups on this host; none without <see cref="Limits"/>.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Bytes of the end of its output, and of its errors, that are kept in its log; null: all.</summary>
    public long? LogSize { get; init; }

    /// <summary>What it can be resumed from, the last one first.</summary>
    public IReadOnlyList<JobCheckpoint> Checkpoints { get; init; } = [];

    /// <summary>It is to be resumed from a checkpoint, or just was, and nobody has written down yet that it runs.</summary>
    public bool Resuming { get; init; }

    /// <summary>The same for one act, that may say otherwise about connections.</summary>
    /// <param name="tcp">Null: as the job was told.</param>
    public JobRecord With(string? tcp) => tcp is null ? this : this with { Tcp = tcp };

    /// <summary>It occupies its name and its processes.</summary>
    public bool IsHere => State is JobState.Running or JobState.Moving;
}
