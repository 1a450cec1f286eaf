namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A pseudoterminal whose master is held in the job.</summary>
public sealed record PseudoTerminalImage
{
    /// <summary>The N of /dev/pts/N, also on the target: the job has a devpts of its own there.</summary>
    public required int Number { get; init; }

    /// <summary>struct termios of the other side.</summary>
    public required byte[] Settings { get; init; }

    /// <summary>struct winsize.</summary>
    public required byte[] Window { get; init; }

    /// <summary>TIOCPKT.</summary>
    public bool PacketMode { get; init; }

    /// <summary>TIOCSPTLCK.</summary>
    public bool Locked { get; init; }

    /// <summary>TIOCEXCL.</summary>
    public bool Exclusive { get; init; }

    /// <summary>Its master has been closed: whoever has the other side open reads its end.</summary>
    public bool HungUp { get; init; }

    /// <summary>Whose /dev/pts/N is; null: of whoever resumes.</summary>
    public FileOwnerImage? Owner { get; init; }

    /// <summary>The pid of the session's leader whose controlling terminal it is; 0: nobody's.</summary>
    public int Session { get; init; }

    /// <summary>The foreground process group; 0: that of the session's leader.</summary>
    public int Foreground { get; init; }

    /// <summary>The column that is written at next, where what is written depends on it; else 0.</summary>
    public int Column { get; init; }

    /// <summary>What its programs have written and the master has not read.</summary>
    public byte[] Output { get; init; } = [];

    /// <summary>Lines that were typed and not read.</summary>
    public IReadOnlyList<TypedLineImage> Lines { get; init; } = [];

    /// <summary>What was typed behind them: a line that is not ended yet, or in raw mode all.</summary>
    public byte[] Typed { get; init; } = [];
}
