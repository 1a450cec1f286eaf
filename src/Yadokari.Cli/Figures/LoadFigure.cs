using System.Globalization;
using System.Security;
using System.Text;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Cli.Figures;

/// <summary>The load of hosts over time as an SVG drawing: a curve for each host, one above the other, all to one scale.</summary>
public static class LoadFigure
{
    private const int Width = 900;
    private const int Left = 90;
    private const int Right = 20;
    private const int Top = 40;
    private const int RowHeight = 90;
    private const int Gap = 26;

    public static string Draw(IReadOnlyList<LoadHistory> hosts)
    {
        LoadHistory[] shown = [.. hosts.Where(h => h.Samples.Count > 0)];
        int height = Top + (shown.Length * (RowHeight + Gap)) + 30;
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"white\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"22\" font-size=\"14\">run queue (area) and jobs (line)</text>\n");
        if (shown.Length == 0)
        {
            return svg.Append("</svg>\n").ToString();
        }

        long from = shown.Min(h => h.Samples[0].At);
        long until = Math.Max(from + 1, shown.Max(h => h.Samples[^1].At));
        double top = Math.Max(1, shown.Max(h => h.Samples.Max(s => Math.Max(s.RunQueue, s.Jobs))));
        for (int row = 0; row < shown.Length; row++)
        {
            int floor = Top + (row * (RowHeight + Gap)) + RowHeight;
            LoadHistory host = shown[row];
            string name = SecurityElement.Escape(host.Host);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 12}\" y=\"{floor - (RowHeight / 2)}\" text-anchor=\"end\">{name}</text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{floor - RowHeight + 10}\" text-anchor=\"end\" fill=\"gray\" font-size=\"10\">{top:0.#}</text>\n");
            string points = string.Join(' ', host.Samples.Select(s => Point(s.At, s.RunQueue)));
            svg.Append(CultureInfo.InvariantCulture, $"<polygon points=\"{X(host.Samples[0].At)},{floor} {points} {X(host.Samples[^1].At)},{floor}\" fill=\"#9ecae1\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{string.Join(' ', host.Samples.Select(s => Point(s.At, s.Jobs)))}\" fill=\"none\" stroke=\"#08519c\" stroke-width=\"1.5\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" y1=\"{floor}\" x2=\"{Width - Right}\" y2=\"{floor}\" stroke=\"black\"/>\n");

            string Point(long at, double value) => string.Create(CultureInfo.InvariantCulture, $"{X(at)},{floor - (value / top * RowHeight):0.#}");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{height - 12}\" fill=\"gray\">0 s</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - Right}\" y=\"{height - 12}\" text-anchor=\"end\" fill=\"gray\">{(until - from) / 1000.0:0} s</text>\n");
        return svg.Append("</svg>\n").ToString();

        string X(long at) => (Left + ((at - from) / (double)(until - from) * (Width - Left - Right))).ToString("0.#", CultureInfo.InvariantCulture);
    }
}
