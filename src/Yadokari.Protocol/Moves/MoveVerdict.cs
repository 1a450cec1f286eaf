using System.Text.Json.Serialization;

namespace Yadokari.Protocol.Moves;

/// <summary>What the source says when a target asks what became of a move.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<MoveVerdict>))]
public enum MoveVerdict
{
    /// <summary>Not decided yet: ask again.</summary>
    Pending,

    /// <summary>The source's copy is dead: release.</summary>
    Commit,

    /// <summary>Given up or never heard of: drop what was prepared.</summary>
    Abort,
}
