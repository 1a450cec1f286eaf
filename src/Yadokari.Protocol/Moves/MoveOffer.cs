using Yadokari.Protocol.Jobs;

namespace Yadokari.Protocol.Moves;

/// <summary>A source asks a target to take a job.</summary>
public sealed record MoveOffer
{
    public required string MoveId { get; init; }

    public required int ProtocolVersion { get; init; }

    /// <summary>The source's version of yado, exactly: another one makes another restore plan of the same image, and a target
    /// runs only plans that it would have made. Null for services, which have none.</summary>
    public string? Build { get; init; }

    public required string JobId { get; init; }

    public required string JobName { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required uint Uid { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>The epoch that the job will have on the target.</summary>
    public required int Epoch { get; init; }

    /// <summary>How it is saved while it runs; null: not.</summary>
    public CheckpointPlan? Plan { get; init; }

    /// <summary>What becomes of its TCP connections to outside when it is moved; null: they are obstacles.</summary>
    public string? Tcp { get; init; }

    /// <summary>What it may use at most; null: what its host has.</summary>
    public JobLimits? Limits { get; init; }

    /// <summary>Bytes of the end of its output, and of its errors, that are kept in its log; null: all.</summary>
    public long? LogSize { get; init; }

    /// <summary>No byte of its logs lies so far behind this that it would not be counted in <see cref="EstimatedBytes"/>: what is before
    /// does not travel.</summary>
    public long LogsFrom { get; init; }

    /// <summary>Bytes the image will have, roughly.</summary>
    public required long EstimatedBytes { get; init; }

    public required string SourceName { get; init; }

    /// <summary>ADDR:PORT where the target asks for the verdict when it loses the source.</summary>
    public required string SourceAddress { get; init; }

    /// <summary>Where a program that knows it moves speaks with its daemon; null for all others.</summary>
    public ulong? Mailbox { get; init; }

    /// <summary>Both ends are the same daemon's when these are equal: refused.</summary>
    public required string SourceInstance { get; init; }

    /// <summary>A directory in which the source writes the image, for a target that sees it too; null: it is sent.</summary>
    public string? Via { get; init; }

    /// <summary>With <see cref="Via"/>: what the file there begins with when the target is asked, in hexadecimal digits.</summary>
    public string? ViaProof { get; init; }

    /// <summary>Only when the job is a service.</summary>
    public Services.ServiceOffer? Service { get; init; }
}
