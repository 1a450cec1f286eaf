namespace Yadokari.Faults;

/// <summary>What a campaign of faults has shown.</summary>
/// <param name="Runs">Moves in the middle of which a fault was set.</param>
/// <param name="Struck">Faults that struck.</param>
/// <param name="Lost">Jobs of which nothing is left, or a step of which was never made.</param>
/// <param name="Twice">Jobs that ran in two places, or made a step twice without cause.</param>
/// <param name="Unrecovered">Jobs that came to no rest by themselves.</param>
/// <param name="Moved">Moves that reached the target all the same.</param>
/// <param name="Stories">One line for each thing that is wrong.</param>
public sealed record FaultResult(
    int Runs, int Struck, int Lost, int Twice, int Unrecovered, int Moved, double Seconds, IReadOnlyList<string> Stories)
{
    public bool IsGood => Lost == 0 && Twice == 0 && Unrecovered == 0 && Stories.Count == 0;
}
