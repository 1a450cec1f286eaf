using System.Text.Json.Serialization;

namespace Yadokari.Cli.Slurm;

/// <summary>What is known of a batch job from one of its runs to the next: <c>state.json</c> in its directory, replaced as a whole.</summary>
internal sealed record SlurmRecord
{
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>The run that has written this: how often the job had been requeued (SLURM_RESTART_COUNT).</summary>
    public required int Run { get; init; }

    /// <summary>When that run began, as the controller says; null: it did not.</summary>
    public string? Begin { get; init; }

    /// <summary>How many calls of <c>yado slurm run</c> there were in that run.</summary>
    public required int Calls { get; init; }

    /// <summary>In the order in which the script calls them.</summary>
    public required IReadOnlyList<SlurmStep> Steps { get; init; }
}

/// <summary>How the record is written.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SlurmRecord))]
internal sealed partial class SlurmJson : JsonSerializerContext;
