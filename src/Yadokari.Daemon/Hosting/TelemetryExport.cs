using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Yadokari.Daemon.Api;
using Yadokari.Daemon.Metrics;
using Yadokari.Daemon.Moves;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Hosting;

/// <summary>Sends traces of moves and the host's figures to a collector by OTLP, where the environment names one as all programs with
/// OpenTelemetry read it (OTEL_EXPORTER_OTLP_ENDPOINT and its like). A collector that does not answer is never waited for.</summary>
public sealed class TelemetryExport : IDisposable
{
    private const string MeterName = "Yadokari.Host";

    private static readonly string[] Endpoints =
        ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    private readonly Meter _meter;
    private readonly TracerProvider _traces;
    private readonly MeterProvider _figures;

    private TelemetryExport(ResourceBuilder host, IReadOnlyList<Figure> figures, Func<HostInfo> read)
    {
        _meter = new Meter(MeterName);
        foreach (Figure figure in figures)
        {
            if (figure.OnlyGrows)
            {
                _meter.CreateObservableCounter(figure.Name, () => figure.Read(read()), figure.Unit, figure.Meaning);
            }
            else
            {
                _meter.CreateObservableGauge(figure.Name, () => figure.Read(read()), figure.Unit, figure.Meaning);
            }
        }
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(host).AddSource(MoveTrace.SourceName).AddOtlpExporter().Build();
        _figures = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(host).AddMeter(MeterName).AddOtlpExporter().Build();
    }

    /// <returns>Null: no collector is named.</returns>
    /// <exception cref="YadoException">What is named is none; exit status 2.</exception>
    public static TelemetryExport? Start(HostSelf self, IReadOnlyList<Figure> figures, Func<HostInfo> read)
    {
        if (Endpoints.All(name => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name))))
        {
            return null;
        }
        foreach (string name in Endpoints)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } place
                && !(Uri.TryCreate(place, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"))
            {
                throw new YadoException(YadoError.WrongUsage, $"{name} is '{Bounds.Shorten(place)}', which is no address of a collector: give e.g. http://127.0.0.1:4317");
            }
        }
        try
        {
            return new TelemetryExport(
                ResourceBuilder.CreateDefault().AddService("yadokari", serviceVersion: HostFacts.Version, serviceInstanceId: self.Name), figures, read);
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or NotSupportedException or InvalidOperationException)
        {
            throw new YadoException(YadoError.WrongUsage, $"a variable OTEL_… says nothing that OpenTelemetry understands: {failure.Message}", failure);
        }
    }

    /// <summary>What is collected still is sent, for a second at most.</summary>
    public void Dispose()
    {
        _traces.Shutdown(1000);
        _figures.Shutdown(1000);
        _traces.Dispose();
        _figures.Dispose();
        _meter.Dispose();
    }
}
