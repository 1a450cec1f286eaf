using System.Text.Json.Serialization;

namespace Yadokari.Protocol.Services;

/// <summary>How an instance of a service is.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<InstanceState>))]
public enum InstanceState
{
    /// <summary>Started for a move; another instance serves.</summary>
    Held,

    /// <summary>The one that serves.</summary>
    Serving,

    /// <summary>It holds every call until the move is decided.</summary>
    Drained,

    /// <summary>The service is elsewhere.</summary>
    Moved,
}
