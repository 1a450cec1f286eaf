namespace Yadokari.LabTests;

/// <summary>Two hosts whose daemons send what they measure to a collector on the second; there is none until a test starts it.</summary>
public sealed class CollectedHosts() : LabHosts(
    new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://10.199.0.2:4318",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    },
    "2");
