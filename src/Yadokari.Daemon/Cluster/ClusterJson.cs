using System.Text.Json;
using System.Text.Json.Serialization;

namespace Yadokari.Daemon.Cluster;

/// <summary>JSON of the values in the coordination store.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(MemberEntry))]
[JsonSerializable(typeof(DirectoryEntry))]
public sealed partial class ClusterJson : JsonSerializerContext
{
    /// <summary>Null for what this version doesn't understand.</summary>
    public static DirectoryEntry? ReadJob(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, Default.DirectoryEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Null for what this version doesn't understand.</summary>
    public static MemberEntry? ReadMember(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, Default.MemberEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
