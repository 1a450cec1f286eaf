using System.Text.Json.Serialization;

namespace Yadokari.Scheduling.Records;

/// <summary>Views, plans and decisions as JSON: what is logged, and what a policy's program reads and writes.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(DecisionRecord))]
[JsonSerializable(typeof(ClusterView))]
[JsonSerializable(typeof(Plan))]
public sealed partial class SchedulingJson : JsonSerializerContext;
