using System.Text.Json.Serialization;
using Yadokari.Daemon.Draining;
using Yadokari.Daemon.Engine;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;
using Yadokari.Daemon.Streams;

namespace Yadokari.Daemon.Store;

/// <summary>JSON of the records in the database and between a daemon and its keeper, generated at compile time.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(MoveRecord))]
[JsonSerializable(typeof(DrainRecord))]
[JsonSerializable(typeof(KeeperRequest))]
[JsonSerializable(typeof(KeeperAnswer))]
[JsonSerializable(typeof(RelayFacts))]
public sealed partial class StoreJson : JsonSerializerContext;
