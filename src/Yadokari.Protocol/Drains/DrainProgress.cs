using Yadokari.Protocol.Errors;

namespace Yadokari.Protocol.Drains;

/// <summary>One line of the progress stream of a drain. The last line has a <see cref="Report"/> or an <see cref="Error"/>.</summary>
public sealed record DrainProgress
{
    /// <summary>Jobs that are done with.</summary>
    public int Done { get; init; }

    /// <summary>Jobs in all.</summary>
    public int Total { get; init; }

    /// <summary>The job that was done with last.</summary>
    public DrainedJob? Job { get; init; }

    public DrainReport? Report { get; init; }

    public ErrorBody? Error { get; init; }
}
