using System.Text.Json;
using System.Text.Json.Serialization;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Web.Acting;
using Yadokari.Web.Watching;

namespace Yadokari.Web;

/// <summary>What the page and its server say to each other.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PageChange))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(IReadOnlyList<LoadHistory>))]
[JsonSerializable(typeof(MoveReport))]
[JsonSerializable(typeof(DrainReport))]
[JsonSerializable(typeof(DrainForecast))]
[JsonSerializable(typeof(UndrainReport))]
[JsonSerializable(typeof(CheckpointResult))]
[JsonSerializable(typeof(JobTree))]
[JsonSerializable(typeof(LogText))]
[JsonSerializable(typeof(Reasons))]
[JsonSerializable(typeof(MoveWish))]
[JsonSerializable(typeof(HostWish))]
[JsonSerializable(typeof(SaveWish))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class WebJson : JsonSerializerContext;
