using System.Globalization;
using Spectre.Console;
using Yadokari.Engine;

namespace Yadokari.Cli;

/// <summary>How things look: tables, sizes, durations. Colours only on a terminal, and not with NO_COLOR.</summary>
public static class Output
{
    private static readonly Lazy<IAnsiConsole> ForOutput = new(() => Create(PlainWriter.RawOutput, System.Console.IsOutputRedirected));

    private static readonly Lazy<IAnsiConsole> ForErrors = new(() => Create(PlainWriter.RawError, System.Console.IsErrorRedirected));

    /// <summary>Standard output.</summary>
    public static IAnsiConsole Console => ForOutput.Value;

    /// <summary>Standard error, for progress.</summary>
    public static IAnsiConsole Error => ForErrors.Value;

    /// <summary>A table without lines: headings, then one row a line. On a terminal the last column is cut to fit;
    /// in a file or pipe nothing is.</summary>
    public static void WriteTable(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] all = [.. rows.Select(row => (IReadOnlyList<string>)[.. row.Select(PlainText.Of)])];
        int[] widths = [.. headings.Select((heading, column) => all.Select(r => Cells.Width(r[column])).Append(Cells.Width(heading)).Max())];
        Console.Write(new Text(Line(headings), new Style(decoration: Decoration.Bold)));
        System.Console.WriteLine();
        foreach (IReadOnlyList<string> row in all)
        {
            System.Console.WriteLine(Line(row));
        }

        string Line(IReadOnlyList<string> cells)
        {
            string line = string.Join("   ", cells.Select((cell, column) => Cells.Pad(cell, widths[column]))).TrimEnd();
            return Cells.Cut(line, Console.Profile.Width);
        }
    }

    /// <summary>Facts, one a line: name, then value.</summary>
    public static void WriteFacts(IReadOnlyList<(string Name, string Value)> facts)
    {
        int width = facts.Max(f => f.Name.Length) + 2;
        foreach ((string name, string value) in facts)
        {
            Console.Write(new Text(name.PadRight(width), new Style(decoration: Decoration.Bold)));
            System.Console.WriteLine(value);
        }
    }

    /// <summary>An object for scripts, which may have several lines. Whatever a terminal would obey is escaped in it already.</summary>
    public static void Json(string json) => System.Console.Write(json + '\n');

    /// <summary>Words of others as the title of a bar.</summary>
    public static string Title(string text) => Markup.Escape(PlainText.Of(text));

    /// <summary>Bytes for people: 512 B, 1.5 MiB.</summary>
    public static string Size(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return unit == 0 ? $"{bytes} B" : Format("0.0", value, units[unit]);
    }

    /// <summary>A duration for people: 9.3 ms, 1.25 s, 3 min, 4 h, 12 d.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalMilliseconds: < 1000 } => Format("0.0", span.TotalMilliseconds, "ms"),
        { TotalSeconds: < 100 } => Format("0.00", span.TotalSeconds, "s"),
        { TotalMinutes: < 100 } => Format("0", span.TotalMinutes, "min"),
        { TotalHours: < 48 } => Format("0.0", span.TotalHours, "h"),
        _ => Format("0.0", span.TotalDays, "d"),
    };

    private static string Format(string format, double value, string unit) =>
        value.ToString(format, CultureInfo.InvariantCulture) + " " + unit;

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected)
        {
            console.Profile.Width = 10_000;
        }

        return console;
    }
}
