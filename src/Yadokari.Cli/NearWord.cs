namespace Yadokari.Cli;

/// <summary>What somebody may have meant who mistyped a word.</summary>
public static class NearWord
{
    private const int BeginningLetters = 3;

    /// <summary>"; did you mean 'solver'?", or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> known) => Find(word, known) is { } near ? $"; did you mean '{near}'?" : "";

    /// <summary>The known word that differs least, by one letter in three at most, or begins so; null when none is near.</summary>
    public static string? Find(string word, IEnumerable<string> known)
    {
        int most = Math.Max(1, word.Length / 3);
        return known.Distinct(StringComparer.Ordinal)
            .Select(k => (Word: k, Distance: Distance(word, k)))
            .Where(k => (k.Distance <= most && k.Distance < k.Word.Length) || (word.Length >= BeginningLetters && k.Word.StartsWith(word, StringComparison.Ordinal)))
            .OrderBy(k => k.Distance)
            .ThenBy(k => k.Word, StringComparer.Ordinal)
            .Select(k => k.Word)
            .FirstOrDefault();
    }

    /// <summary>Letters to put in, to take out, to change, or neighbours to swap, until one word is the other.</summary>
    private static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int change = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                int swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] ? cost[i - 2, j - 2] + 1 : change;
                cost[i, j] = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, Math.Min(change, swap));
            }
        }

        return cost[a.Length, b.Length];
    }
}
