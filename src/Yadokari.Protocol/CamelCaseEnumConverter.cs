using System.Text.Json;
using System.Text.Json.Serialization;

namespace Yadokari.Protocol;

/// <summary>Enumerations travel as camel-case words, never as numbers.</summary>
public sealed class CamelCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where TEnum : struct, Enum;
