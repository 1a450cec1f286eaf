using Yadokari.Protocol.Jobs;

namespace Yadokari.Protocol.Services;

/// <summary>What a service is made of, the same on every host.</summary>
public sealed record ServiceSpec
{
    /// <summary>SHA-256 of the program folder, lower-case hexadecimal.</summary>
    public required string ProgramHash { get; init; }

    /// <summary>Bytes of its files.</summary>
    public required long ProgramBytes { get; init; }

    /// <summary>The executable inside the folder.</summary>
    public required string Executable { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>Of whoever started it; null: those of the daemon.</summary>
    public CallerSettings? Settings { get; init; }

    /// <summary>Preferred port for HTTP/1.1.</summary>
    public required int Port { get; init; }

    public required int ForwardSeconds { get; init; }
}
