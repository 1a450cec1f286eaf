namespace Yadokari.Cli.Top;

/// <summary>What a key asks of the daemons.</summary>
public enum TopAct
{
    /// <summary>Moves a job to a host.</summary>
    Move,

    /// <summary>Asks what a drain of a host would do.</summary>
    Foresee,

    Drain,
    Undrain,

    /// <summary>Asks why a job is where it is.</summary>
    Why,

    /// <summary>Facts of a job, and its processes.</summary>
    Details,

    Log,

    /// <summary>Saves a job as a file while it runs on.</summary>
    Save,

    /// <summary>Ends the program.</summary>
    Leave,
}
