namespace Yadokari.Engine.Image;

/// <summary>Where and when a process was captured, and what it needs from a processor.</summary>
public sealed record OriginImage
{
    public required DateTimeOffset CapturedAt { get; init; }

    public required string HostName { get; init; }

    public required string KernelRelease { get; init; }

    /// <summary>Instruction set extensions the process may use, by the kernel's names.</summary>
    public required IReadOnlyList<string> CpuFeatures { get; init; }

    /// <summary>Components in the saved XSAVE areas and where they stand in it.</summary>
    public required IReadOnlyList<XsaveComponentImage> XsaveComponents { get; init; }
}
