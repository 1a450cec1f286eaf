using System.Globalization;

namespace RpcLoad;

/// <summary>What is measured.</summary>
/// <param name="Moves">In all, half of them by each protocol.</param>
/// <param name="Seconds">Of calls without a move, by each protocol.</param>
/// <param name="Entries">In the state before it begins.</param>
internal sealed record Options(bool Json, int Moves, int Seconds, int Entries)
{
    public const int Clients = 8;
    public const int CallsPerSecond = 2000;

    public static Options Read(string[] args)
    {
        Options options = new(false, 100, 8, 0);
        for (int i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--json" => options with { Json = true },
                "--moves" => options with { Moves = Number(args, ++i) },
                "--seconds" => options with { Seconds = Number(args, ++i) },
                "--entries" => options with { Entries = Number(args, ++i) },
                _ => throw new ArgumentException($"unknown option {args[i]}: there are --json, --moves N, --seconds S and --entries N"),
            };
        }
        return options;
    }

    private static int Number(string[] args, int index) =>
        index < args.Length && int.TryParse(args[index], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new ArgumentException($"{args[index - 1]} needs a number");
}
