namespace Yadokari.Engine.Resources.Memory;

/// <summary>What ranges cover that may lie over one another.</summary>
internal static class Coverage
{
    /// <param name="ranges">In any order.</param>
    /// <returns>Bytes, each counted once.</returns>
    public static long Of(IEnumerable<(ulong Start, ulong Length)> ranges)
    {
        ulong bytes = 0, covered = 0;
        foreach ((ulong start, ulong length) in ranges.OrderBy(range => range.Start))
        {
            ulong end = start + length;
            bytes += end > covered ? end - Math.Max(covered, start) : 0;
            covered = Math.Max(covered, end);
        }

        return (long)bytes;
    }

    /// <param name="ranges">In any order.</param>
    /// <returns>What none of them covers, from zero to where the last one begins.</returns>
    public static IReadOnlyList<(ulong Start, ulong Length)> Gaps(IEnumerable<(ulong Start, ulong Length)> ranges)
    {
        List<(ulong, ulong)> gaps = [];
        ulong covered = 0;
        foreach ((ulong start, ulong length) in ranges.OrderBy(range => range.Start))
        {
            if (start > covered)
            {
                gaps.Add((covered, start - covered));
            }

            covered = Math.Max(covered, start + length);
        }

        return gaps;
    }
}
