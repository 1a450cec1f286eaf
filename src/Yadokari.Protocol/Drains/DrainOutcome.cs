using System.Text.Json.Serialization;

namespace Yadokari.Protocol.Drains;

/// <summary>What became of a job of a drained host.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<DrainOutcome>))]
public enum DrainOutcome
{
    /// <summary>It runs on another host.</summary>
    Moved,

    /// <summary>It is a context file and resumes from it.</summary>
    Saved,

    /// <summary>It runs on here: it can neither move nor be saved, or nobody wanted it saved.</summary>
    Kept,

    /// <summary>It came to its own end meanwhile.</summary>
    Ended,
}
