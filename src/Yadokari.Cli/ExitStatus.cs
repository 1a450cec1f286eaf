using Yadokari.Protocol.Errors;

namespace Yadokari.Cli;

/// <summary>The exit statuses of <c>yado</c>; scripts depend on them.</summary>
public static class ExitStatus
{
    public const int Done = 0;

    public const int Failed = (int)YadoError.Failed;

    public const int WrongUsage = (int)YadoError.WrongUsage;

    /// <summary>The job has obstacles; each is listed.</summary>
    public const int Obstacles = (int)YadoError.Obstacles;

    /// <summary>No such job, process, host or file.</summary>
    public const int NotFound = (int)YadoError.NotFound;

    /// <summary>The target refused.</summary>
    public const int Refused = (int)YadoError.Refused;

    /// <summary>Of <c>yado wait</c> only, which else ends as the job ended: it can't be told how. What env(1) and its like
    /// end with when it is they who failed, not the program.</summary>
    public const int Unknown = 125;

    /// <summary>What the help and the manual pages say of each.</summary>
    internal static IReadOnlyList<(int Status, string Meaning)> Meanings { get; } =
    [
        (Done, "done"),
        (Failed, "failed"),
        (WrongUsage, "wrong usage"),
        (Obstacles, "the job has obstacles (each is listed)"),
        (NotFound, "no such job, host or file"),
        (Refused, "the target refused"),
    ];
}
