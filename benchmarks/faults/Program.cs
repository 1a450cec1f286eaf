using System.Globalization;
using Yadokari.Faults;

const int usage = 2;
int runs = 100;
int seed = 1991;
bool json = false;
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--json")
    {
        json = true;
    }
    else if (args[i] is "--runs" or "--seed" && i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0)
    {
        _ = args[i] == "--runs" ? runs = number : seed = number;
        i++;
    }
    else
    {
        Console.Error.WriteLine($"bench: faults: '{args[i]}' is not understood; give --runs N, --seed N, --json");
        return usage;
    }
}

string yado = Environment.GetEnvironmentVariable("YADO") ?? "";
if (!File.Exists(yado))
{
    Console.Error.WriteLine("bench: faults: YADO must name the yado program: use ./bench faults");
    return usage;
}

using Campaign campaign = new(Path.GetFullPath(yado), seed, Path.Combine(AppContext.BaseDirectory, "trail.pl"));
FaultResult result = await campaign.RunAsync(runs, json ? null : Console.Error.WriteLine);
foreach (string story in result.Stories)
{
    Console.Error.WriteLine($"bench: {story}");
}

(string Name, double Value)[] figures =
[
    ("runs", result.Runs), ("struck", result.Struck), ("moved", result.Moved), ("lost", result.Lost), ("twice", result.Twice),
    ("unrecovered", result.Unrecovered), ("seconds", Math.Round(result.Seconds, 1)),
];
Console.WriteLine(json
    ? "{" + string.Join(", ", figures.Select(f => string.Create(CultureInfo.InvariantCulture, $"\"{f.Name}\": {f.Value}"))) + "}"
    : string.Join('\n', figures.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Name,-12} {f.Value}"))));
return result.IsGood ? 0 : 1;
