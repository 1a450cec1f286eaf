using System.Text.Json.Serialization;
using Yadokari.Engine.Image;

namespace Yadokari.Engine.Context;

/// <summary>The manifest's JSON, by generated code.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TreeImage))]
internal sealed partial class ImageJson : JsonSerializerContext;
