using System.Text.Json.Serialization;

namespace Yadokari.Engine.Filling;

/// <summary>The JSON of layouts, by generated code.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true)]
[JsonSerializable(typeof(FillLayout))]
internal sealed partial class FillJson : JsonSerializerContext;
