namespace Yadokari.Protocol.Services;

/// <summary>What the pause of a service's move was made of, as the source measured it; milliseconds.</summary>
/// <param name="Start">Before the pause: program shipped, instance started and warm.</param>
/// <param name="Ahead">Before the pause: state copied ahead, and what changed meanwhile in rounds.</param>
/// <param name="Drain">Until the last call in flight had ended.</param>
/// <param name="Delta">Until the target had taken the rest of the state.</param>
/// <param name="Commit">The decision.</param>
/// <param name="Activate">Until the target served.</param>
/// <param name="Release">Until the held calls were answered.</param>
/// <param name="StateBytes">Bytes copied ahead, rounds included.</param>
/// <param name="DeltaBytes">Bytes copied under the pause.</param>
public sealed record ServicePhases(
    double Start, double Ahead, double Drain, double Delta, double Commit, double Activate, double Release, long StateBytes, long DeltaBytes);
