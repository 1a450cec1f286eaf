namespace Yadokari.Engine.Checkpointing;

/// <summary>How a process is captured.</summary>
public sealed record CaptureOptions
{
    /// <summary>Files that whoever resumes has others for, by stream (a job's log, which the daemon carries by itself); null: none. What
    /// the job has open of one for writing becomes the resumer's stream, in whatever process and by whatever number: a shell keeps its
    /// own under another while it redirects it. Terminals, and pipes to outside, that are a stream always do.</summary>
    public IReadOnlyList<string?> StreamFiles { get; init; } = [];

    /// <summary>A process whose streams 0–2 became the job's when it was started: each of them, by whatever number the job has it,
    /// becomes the resumer's stream. Its terminals can't.</summary>
    public int? StreamsOf { get; init; }

    /// <summary>As <see cref="StreamsOf"/>, for pipes that a daemon made: their inodes by stream; 0: none.</summary>
    public IReadOnlyList<ulong> StreamPipes { get; init; } = [];

    /// <summary>The device number of a terminal that whoever resumes has another for, as streams 0–2; null: none.</summary>
    public ulong? StreamTerminal { get; init; }

    /// <summary>Whoever resumes has nothing to give in the place of a terminal, or of a stream that leads to another process:
    /// they are obstacles, unless they are among the streams named above.</summary>
    public bool RefuseOutsideStreams { get; init; }

    /// <summary>What becomes of TCP connections to outside; null: they are obstacles.</summary>
    public TcpRule? Tcp { get; init; }

    /// <summary>File data of shared mappings and open files is flushed to disk (for a move to another host).</summary>
    public bool FlushFiles { get; init; }

    /// <summary>The process runs on as soon as its memory is read, before the file is complete (a checkpoint that leaves it running).</summary>
    public bool ThawEarly { get; init; }

    /// <summary>Of the job that it is: whoever executes the file tells the daemon there, if one runs, that the job is back under this
    /// name. Null: nobody is told.</summary>
    public string? JobName { get; init; }

    /// <summary>Where its program speaks with a daemon, if that is not the usual place.</summary>
    public ulong? Mailbox { get; init; }
}
