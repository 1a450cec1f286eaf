using System.Globalization;
using System.Security;
using System.Text;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Cli.Figures;

/// <summary>The load of hosts over time as an SVG drawing, as in figure 1 of the 1991 paper: a curve for each host, one above the
/// other, all to one scale, with clock times below. A time in which a host did not look at itself is a gap.</summary>
public static class LoadFigure
{
    private const int Width = 900;
    private const int Left = 90;
    private const int Right = 20;
    private const int Top = 40;
    private const int RowHeight = 90;
    private const int Gap = 22;
    private const int Bottom = 44;

    /// <summary>This many times the usual distance of two samples without one is a gap.</summary>
    private const double GapFactor = 4;

    /// <param name="until">The right end, Unix time in milliseconds.</param>
    /// <param name="seconds">How far back it goes. Where all histories are shorter, only as far as they do.</param>
    /// <param name="zone">Of the clock times; null: the one here.</param>
    public static string Draw(IReadOnlyList<LoadHistory> hosts, long until, int seconds, TimeZoneInfo? zone = null)
    {
        LoadHistory[] shown = [.. hosts.Where(h => h.Samples.Count > 0)];
        int height = Top + (shown.Length * (RowHeight + Gap)) + Bottom;
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"white\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"22\" font-size=\"14\">run queue (area) and jobs (line)</text>\n");
        if (shown.Length == 0)
        {
            return svg.Append("</svg>\n").ToString();
        }

        long from = Math.Max(until - (seconds * 1000L), shown.Min(h => h.Samples[0].At));
        until = Math.Max(from + 1, until);
        double top = Math.Max(1, shown.Max(h => h.Samples.Max(s => Math.Max(s.RunQueue, s.Jobs))));
        int floorOfAll = Top + (shown.Length * (RowHeight + Gap)) - Gap;
        foreach ((long at, string text) in ClockTicks.Of(from, until, zone ?? TimeZoneInfo.Local))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(at)}\" y1=\"{Top}\" x2=\"{X(at)}\" y2=\"{floorOfAll + 4}\" stroke=\"#dddddd\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(at)}\" y=\"{floorOfAll + 20}\" text-anchor=\"middle\" fill=\"gray\">{text}</text>\n");
        }

        for (int row = 0; row < shown.Length; row++)
        {
            int floor = Top + (row * (RowHeight + Gap)) + RowHeight;
            LoadHistory host = shown[row];
            string name = SecurityElement.Escape(host.Host);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 12}\" y=\"{floor - (RowHeight / 2)}\" text-anchor=\"end\">{name}</text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{floor - RowHeight + 10}\" text-anchor=\"end\" fill=\"gray\" font-size=\"10\">{top:0.#}</text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{floor}\" text-anchor=\"end\" fill=\"gray\" font-size=\"10\">0</text>\n");
            foreach (IReadOnlyList<LoadSample> run in Runs(host.Samples))
            {
                string points = string.Join(' ', run.Select(s => Point(s.At, s.RunQueue)));
                svg.Append(CultureInfo.InvariantCulture, $"<polygon points=\"{X(run[0].At)},{floor} {points} {X(run[^1].At)},{floor}\" fill=\"#9ecae1\" stroke=\"#6baed6\" stroke-width=\"0.5\"/>\n");
                svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{string.Join(' ', run.Select(s => Point(s.At, s.Jobs)))}\" fill=\"none\" stroke=\"#08519c\" stroke-width=\"1.5\"/>\n");
            }

            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" y1=\"{floor}\" x2=\"{Width - Right}\" y2=\"{floor}\" stroke=\"black\"/>\n");

            string Point(long at, double value) => string.Create(CultureInfo.InvariantCulture, $"{X(at)},{floor - (value / top * RowHeight):0.#}");
        }

        return svg.Append("</svg>\n").ToString();

        string X(long at) => (Left + (Math.Max(0, at - from) / (double)(until - from) * (Width - Left - Right))).ToString("0.#", CultureInfo.InvariantCulture);
    }

    /// <summary>The samples between gaps.</summary>
    private static IEnumerable<IReadOnlyList<LoadSample>> Runs(IReadOnlyList<LoadSample> samples)
    {
        long[] distances = [.. samples.Zip(samples.Skip(1), (left, right) => right.At - left.At).Order()];
        double most = distances.Length == 0 ? 0 : Math.Max(distances[distances.Length / 2] * GapFactor, 3000);
        int begin = 0;
        for (int at = 1; at <= samples.Count; at++)
        {
            if (at == samples.Count || samples[at].At - samples[at - 1].At > most)
            {
                yield return [.. samples.Skip(begin).Take(at - begin)];
                begin = at;
            }
        }
    }
}
