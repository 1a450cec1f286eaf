using System.Globalization;

namespace StateBench;

/// <summary>What is measured.</summary>
/// <param name="Entries">In the large state.</param>
/// <param name="Runs">Of each, of which the median is told.</param>
internal sealed record Options(bool Json, int Entries, int Runs)
{
    /// <exception cref="ArgumentException">They can't be understood; one line for the user.</exception>
    public static Options Read(string[] args)
    {
        var options = new Options(false, 1_000_000, 5);
        for (int i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--json" => options with { Json = true },
                "--entries" => options with { Entries = Number(args, ++i) },
                "--runs" => options with { Runs = Number(args, ++i) },
                _ => throw new ArgumentException($"unknown option {args[i]}: there are --json, --entries N and --runs N"),
            };
        }

        return options;
    }

    private static int Number(string[] args, int index) =>
        index < args.Length && int.TryParse(args[index], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new ArgumentException($"{args[index - 1]} needs a number above 0");
}
