namespace Yadokari.Protocol.Errors;

/// <summary>The body of every answer that is not a success.</summary>
/// <param name="Error">One line for the user: what, where, what to do.</param>
/// <param name="ExitStatus">What a command line ends with: 1 failed, 2 wrong usage, 3 obstacles, 4 no such job, host or file, 5 target refused.</param>
/// <param name="Obstacles">Every reason at once; empty unless the exit status is 3 or 5.</param>
public sealed record ErrorBody(string Error, int ExitStatus, IReadOnlyList<ObstacleInfo> Obstacles);
