using System.Globalization;
using System.Text;

namespace Yadokari.Daemon.Metrics;

/// <summary>Figures in the text format that Prometheus reads (version 0.0.4). Written by hand: the maintained exporters for .NET
/// bring a metrics pipeline along that the daemon has no other use for.</summary>
public sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();
    private string? _family;

    /// <summary>A figure that goes up and down.</summary>
    /// <param name="name">With its unit, as OpenTelemetry names become in Prometheus: dots are underscores.</param>
    /// <param name="value">Null: left out, as nothing is known.</param>
    public PrometheusText Gauge(string name, string meaning, double? value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Add(name, "gauge", meaning, value, labels);

    /// <summary>A figure that only goes up; its name ends in <c>_total</c>.</summary>
    public PrometheusText Counter(string name, string meaning, double value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Add(name, "counter", meaning, value, labels);

    public override string ToString() => _text.ToString();

    private PrometheusText Add(string name, string type, string meaning, double? value, ReadOnlySpan<(string Name, string Value)> labels)
    {
        if (value is not { } known)
        {
            return this;
        }
        // Figures of one name follow each other and share their head.
        if (_family != name)
        {
            _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {meaning}\n# TYPE {name} {type}\n");
            _family = name;
        }
        _text.Append(name);
        if (labels.Length > 0)
        {
            _text.Append('{');
            for (int at = 0; at < labels.Length; at++)
            {
                _text.Append(at == 0 ? "" : ",").Append(labels[at].Name).Append("=\"").Append(Escape(labels[at].Value)).Append('"');
            }
            _text.Append('}');
        }
        _text.Append(' ').Append(known.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        return this;
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
