using Yadokari.Protocol.Jobs;

namespace Yadokari.Protocol.Services;

/// <summary>Starts a movable service from a program folder.</summary>
public sealed record StartService
{
    public required string Name { get; init; }

    /// <summary>Absolute path of the executable, or of a .dll for <c>dotnet</c>; its folder is the program and travels whole.</summary>
    public required string Program { get; init; }

    /// <summary>Arguments after the program.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment, NAME=value; it travels.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>They travel as well. Null: those of the daemon.</summary>
    public CallerSettings? Settings { get; init; }

    /// <summary>Port for HTTP/1.1; the next one is for HTTP/2. 0: any two that are free.</summary>
    public int Port { get; init; }

    /// <summary>Seconds that a host which the service has left passes plain calls on; 0: they are only told where it is.</summary>
    public int ForwardSeconds { get; init; }
}
