namespace Yadokari.Engine.Image;

/// <summary>Where and when a process was captured, and what it needs from a processor.</summary>
public sealed record OriginImage
{
    public required DateTimeOffset CapturedAt { get; init; }

    public required string HostName { get; init; }

    public required string KernelRelease { get; init; }

    /// <summary>Name of the job that it was; null: of none that a daemon should be told of.</summary>
    public string? JobName { get; init; }

    /// <summary>Where its program speaks with a daemon, if that is not the usual place.</summary>
    public ulong? Mailbox { get; init; }

    /// <summary>Instruction set extensions the process may use, by the kernel's names.</summary>
    public required IReadOnlyList<string> CpuFeatures { get; init; }

    /// <summary>Components in the saved XSAVE areas and where they stand in it.</summary>
    public required IReadOnlyList<XsaveComponentImage> XsaveComponents { get; init; }
}
