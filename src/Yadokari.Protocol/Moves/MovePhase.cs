using System.Text.Json.Serialization;

namespace Yadokari.Protocol.Moves;

/// <summary>How far a move has come, see docs/protocol.md.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<MovePhase>))]
public enum MovePhase
{
    /// <summary>The target has agreed and keeps room.</summary>
    Reserved,

    /// <summary>Data goes ahead while the job runs.</summary>
    Copying,

    /// <summary>The job stands still.</summary>
    Frozen,

    /// <summary>The target has the whole image.</summary>
    Sent,

    /// <summary>The target holds a rebuilt process that does not run yet, and the image is on its disk.</summary>
    Prepared,

    /// <summary>The source has decided; from here on it only ends its copy.</summary>
    Committed,

    /// <summary>The job runs on the target.</summary>
    Released,

    /// <summary>Given up; the job runs on at the source.</summary>
    Aborted,
}
