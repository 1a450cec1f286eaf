namespace Yadokari.Protocol.Jobs;

/// <summary>Starts a program as a job.</summary>
public sealed record StartJob
{
    /// <summary>Null: made from the program's name.</summary>
    public string? Name { get; init; }

    /// <summary>argv. The program is Arguments[0]: a path, or a name that is looked up in the PATH of <see cref="Environment"/>.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment, NAME=value.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>Null: those of the daemon.</summary>
    public CallerSettings? Settings { get; init; }

    /// <summary>Which cpu features the program may use, as far as the C library can be told:
    /// <c>baseline</c>, <c>v2</c>, <c>v3</c>; null: all of this host.</summary>
    public string? Cpu { get; init; }

    /// <summary>Null: it is saved only when someone asks.</summary>
    public CheckpointPlan? Plan { get; init; }

    /// <summary>What becomes of its TCP connections to outside whenever it is moved or saved: refuse, reset, reset:PORT,PORT…; null: refuse.</summary>
    public string? Tcp { get; init; }

    /// <summary>What it may use at most; null: what its host has.</summary>
    public JobLimits? Limits { get; init; }

    /// <summary>With <see cref="JobStreams.Log"/>: bytes of the end of its output, and of its errors, that are kept; null: all.</summary>
    public long? LogSize { get; init; }

    public JobStreams Streams { get; init; }

    /// <summary>With <see cref="JobStreams.Inherit"/>: the process whose descriptors 0–2 the job gets, as the
    /// caller sees it (its own pid). The daemon takes them before it answers.</summary>
    public int? StreamsOf { get; init; }

    /// <summary>With <see cref="JobStreams.Relayed"/>: a terminal instead of pipes, as it is at first; null: pipes.</summary>
    public Streams.RelayedTerminal? Terminal { get; init; }

    /// <summary>With <see cref="Terminal"/>: nobody is connected to it yet.</summary>
    public bool Alone { get; init; }
}
