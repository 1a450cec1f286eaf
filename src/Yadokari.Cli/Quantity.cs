using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Yadokari.Cli;

/// <summary>Durations and sizes as people type them: 90s, 10m, 2h; 512K, 10M, 1G.</summary>
public static class Quantity
{
    /// <summary>A duration: a number and ms, s, m, h or d; without a unit seconds. Null: not one.</summary>
    public static TimeSpan? ParseDuration(string text)
    {
        (double Factor, int Length) unit = text switch
        {
            [.., 'm', 's'] => (0.001, 2),
            [.., 's'] => (1, 1),
            [.., 'm'] => (60, 1),
            [.., 'h'] => (3600, 1),
            [.., 'd'] => (86400, 1),
            _ => (1, 0),
        };
        return Number(text[..^unit.Length]) is { } number && number * unit.Factor is > 0 and <= Protocol.Limits.MaxSeconds
            ? TimeSpan.FromSeconds(number * unit.Factor)
            : null;
    }

    /// <summary>A size: a number and K, M or G, which count by 1024; without a unit bytes. Null: not one.</summary>
    public static long? ParseSize(string text)
    {
        int shift = text switch { [.., 'K' or 'k'] => 10, [.., 'M'] => 20, [.., 'G'] => 30, _ => 0 };
        return Number(shift == 0 ? text : text[..^1]) is { } number && number * (1L << shift) is >= 1 and <= Protocol.Limits.MaxImageBytes
            ? (long)(number * (1L << shift))
            : null;
    }

    public static Option<TimeSpan?> DurationOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => Take(result, ParseDuration, "a time: give e.g. 30s, 10m or 2h"),
    };

    public static Option<long?> SizeOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SIZE",
        CustomParser = result => Take(result, ParseSize, "a size: give e.g. 512K, 10M or 1G"),
    };

    /// <param name="least">The smallest that is meant.</param>
    /// <param name="most">The largest.</param>
    public static Option<double?> NumberOption(string name, string description, double least, double most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Take<double>(
            result, text => Number(text) is { } number && number >= least && number <= most ? number : null,
            string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}")),
    };

    private static T? Take<T>(ArgumentResult result, Func<string, T?> parse, string wanted)
        where T : struct
    {
        string text = result.Tokens[0].Value;
        if (parse(text) is { } value)
        {
            return value;
        }

        result.AddError($"'{text}' is not {wanted}");
        return null;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) ? number : null;
}
