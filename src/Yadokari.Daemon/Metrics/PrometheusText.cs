using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Metrics;

/// <summary>Figures in the text format that Prometheus reads (version 0.0.4). Written by hand: of OpenTelemetry's exporter for it there is
/// no released version (docs/decisions/019-telemetry.md).</summary>
public static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<Figure> figures, HostInfo host)
    {
        StringBuilder text = new();
        foreach (Figure figure in figures)
        {
            bool begun = false;
            foreach (Measurement<double> value in figure.Read(host))
            {
                if (!begun)
                {
                    text.Append(CultureInfo.InvariantCulture, $"# HELP {figure.PrometheusName} {figure.Meaning}\n# TYPE {figure.PrometheusName} {(figure.OnlyGrows ? "counter" : "gauge")}\n");
                    begun = true;
                }
                Append(text, figure.PrometheusName, value);
            }
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, string name, Measurement<double> value)
    {
        text.Append(name);
        for (int at = 0; at < value.Tags.Length; at++)
        {
            (string label, object? said) = value.Tags[at];
            text.Append(at == 0 ? '{' : ',').Append(label).Append("=\"").Append(Escape($"{said}")).Append('"');
        }
        text.Append(value.Tags.Length == 0 ? " " : "} ").Append(value.Value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
