namespace Yadokari.Protocol.Errors;

/// <summary>What kind of failure it is. The values are what a command line ends with, and what hosts tell each other: they stay.</summary>
public enum YadoError
{
    /// <summary>Anything else, also what a later version calls by a number that is not known here.</summary>
    Failed = 1,

    /// <summary>The request can't be meant.</summary>
    WrongUsage = 2,

    /// <summary>The job has obstacles; each is listed.</summary>
    Obstacles = 3,

    /// <summary>No such job, process, host or file.</summary>
    NotFound = 4,

    /// <summary>The target refused.</summary>
    Refused = 5,
}
