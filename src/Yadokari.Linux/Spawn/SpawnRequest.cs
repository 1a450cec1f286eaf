using Microsoft.Win32.SafeHandles;

namespace Yadokari.Linux.Spawn;

/// <summary>A program to execute.</summary>
public sealed record SpawnRequest
{
    /// <summary>Path of the executable; PATH is not searched.</summary>
    public required string Program { get; init; }

    /// <summary>argv, with argv[0].</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>NAME=value each.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>Descriptors 0, 1, 2 … of the new process; it gets no others. Null: the caller's own for 0–2, else none.</summary>
    public required IReadOnlyList<SafeFileHandle?> Descriptors { get; init; }

    /// <summary>A session of its own: signals of the caller's terminal do not reach it.</summary>
    public bool NewSession { get; init; }
}
