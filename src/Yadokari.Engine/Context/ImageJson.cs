using System.Text.Json.Serialization;
using Yadokari.Engine.Image;

namespace Yadokari.Engine.Context;

/// <summary>The JSON of the manifest, and of what a job needs from a host, by generated code.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TreeImage))]
[JsonSerializable(typeof(HostNeeds))]
internal sealed partial class ImageJson : JsonSerializerContext;
