namespace Yadokari.Protocol.Jobs;

/// <summary>Resumes a context file as a job. The file stays.</summary>
public sealed record ResumeJob
{
    /// <summary>Absolute path of the context file.</summary>
    public required string Path { get; init; }

    /// <summary>Null: made from the process's name.</summary>
    public string? Name { get; init; }

    public JobStreams Streams { get; init; }

    /// <summary>As <see cref="StartJob.StreamsOf"/>.</summary>
    public int? StreamsOf { get; init; }
}
