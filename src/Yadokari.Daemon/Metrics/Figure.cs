using System.Diagnostics.Metrics;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Metrics;

/// <summary>One figure of this host, for whoever collects them.</summary>
/// <param name="Name">As OpenTelemetry names things, e.g. <c>system.memory.limit</c>.</param>
/// <param name="Unit">By UCUM: s, By, 1 for a share; null: a count.</param>
/// <param name="OnlyGrows">A counter; else it goes up and down.</param>
/// <param name="Meaning">A sentence.</param>
/// <param name="Read">Values now, each with its labels; none when nothing is known.</param>
public sealed record Figure(string Name, string? Unit, bool OnlyGrows, string Meaning, Func<HostInfo, IEnumerable<Measurement<double>>> Read)
{
    /// <summary>As Prometheus names it: dots are underscores, behind it the unit, where it does not end with that, behind that
    /// <c>_total</c> for what only grows.</summary>
    public string PrometheusName { get; } = Translate(Name.Replace('.', '_'), UnitSuffix(Unit)) + (OnlyGrows ? "_total" : "");

    private static string Translate(string name, string suffix) => name.EndsWith(suffix, StringComparison.Ordinal) ? name : name + suffix;

    private static string UnitSuffix(string? unit) => unit switch
    {
        null => "",
        "s" => "_seconds",
        "By" => "_bytes",
        "1" => "_ratio",
        _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "a unit that has no name in Prometheus yet"),
    };
}
