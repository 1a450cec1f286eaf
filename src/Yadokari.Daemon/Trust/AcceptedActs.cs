namespace Yadokari.Daemon.Trust;

/// <summary>What other hosts may ask of this one, besides looking.</summary>
[Flags]
public enum AcceptedActs
{
    None = 0,

    /// <summary>That it takes jobs and services which they move here.</summary>
    Move = 1,

    /// <summary>That it starts programs and services.</summary>
    Start = 2,

    /// <summary>That it sends signals to its jobs, ends them, and forgets those that have ended.</summary>
    Signal = 4,

    /// <summary>That it moves its jobs elsewhere, also as a placement policy says.</summary>
    Send = 8,

    /// <summary>That it is drained, and takes jobs again.</summary>
    Drain = 16,

    /// <summary>That the placement policy which they have chosen holds here.</summary>
    Policy = 32,

    /// <summary>What its jobs have written.</summary>
    Logs = 64,

    All = Move | Start | Signal | Send | Drain | Policy | Logs,
}
