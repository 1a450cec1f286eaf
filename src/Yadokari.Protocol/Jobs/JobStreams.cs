using System.Text.Json.Serialization;

namespace Yadokari.Protocol.Jobs;

/// <summary>What the streams 0–2 of a new job are.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<JobStreams>))]
public enum JobStreams
{
    /// <summary>Input from /dev/null, output and errors to files of the daemon that travel with the job.</summary>
    Log,

    /// <summary>Those of the calling process (<see cref="StartJob.StreamsOf"/>), which the daemon takes over.</summary>
    Inherit,

    /// <summary>Pipes, whose other ends a caller elsewhere feeds and reads through the daemon, wherever the job goes.</summary>
    Relayed,
}
