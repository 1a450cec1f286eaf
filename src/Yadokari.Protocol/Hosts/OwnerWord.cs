using System.Text.Json.Serialization;

namespace Yadokari.Protocol.Hosts;

/// <summary>Whether somebody works at a host: as it is found out, or as it is told.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<OwnerWord>))]
public enum OwnerWord
{
    /// <summary>By the last key pressed on a terminal.</summary>
    Auto,

    Present,

    Absent,
}
