using System.Text.Json.Serialization;

namespace Yadokari.Protocol.Jobs;

/// <summary>How a job is moved.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<JobKind>))]
public enum JobKind
{
    /// <summary>As a process: its memory travels.</summary>
    Process,

    /// <summary>As a service: its state travels into a new instance.</summary>
    Service,
}
