namespace Yadokari.Cli.Figures;

/// <summary>A curve of characters: one column a value, each an area of eighths of a line.</summary>
public static class LoadCurve
{
    private const string Eighths = " ▁▂▃▄▅▆▇█";

    /// <summary>Lines from top to bottom.</summary>
    /// <param name="values">Not below 0; the last ones when there are more than columns.</param>
    /// <param name="top">The value that fills the whole height.</param>
    public static IReadOnlyList<string> Draw(IReadOnlyList<double> values, int width, int height, double top)
    {
        double[] shown = [.. values.Skip(Math.Max(0, values.Count - width))];
        string[] lines = new string[height];
        for (int line = 0; line < height; line++)
        {
            int below = (height - 1 - line) * 8;
            lines[line] = new string([.. shown.Select(v => Eighths[Math.Clamp((int)Math.Round(Math.Max(0, v) / top * height * 8) - below, 0, 8)])]);
        }

        return lines;
    }
}
