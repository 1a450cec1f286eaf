using System.Text.Json;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>What a collector of OpenTelemetry is sent.</summary>
public sealed partial class TelemetryTests(CollectedHosts hosts) : IClassFixture<CollectedHosts>
{
    private static readonly string[] Phases = ["reserve", "copy", "stand still", "prepare", "commit", "release"];

    [Fact]
    public void A_move_is_one_trace_over_both_hosts()
    {
        string file = hosts.File_("collected");
        hosts.Start("h1", "told", "sleep", "1000");
        // Nobody listens: it is not waited for.
        hosts.YadoOn("h1", "move", "told", "h2").Succeeds();
        hosts.On("h2", "sh", "-c", $"python3 {Yado.Root()}/tests/Lab/programs/collector.py 4318 {file} </dev/null >/dev/null 2>{file}.errors &").Succeeds();
        Until.Holds(() => Lines(file).Any(l => Text(l, "host") == "h1") && Lines(file).Any(l => Text(l, "host") == "h2"), () => $"nothing is collected {File.ReadAllText(file + ".errors")}");

        hosts.YadoOn("h2", "move", "told", "h1").Succeeds();

        JsonElement[] trace = [];
        Until.Holds(() => (trace = TraceOf(file, "told", "h1")).Length > 0 && trace.Any(s => Text(s, "span") == "POST /v1/moves/{move}/release"), () => $"no trace: {File.ReadAllText(file)}");
        JsonElement move = trace.Single(s => Text(s, "span") == "move");
        (Text(move, "host"), Text(move, "parent"), move.GetProperty("failed").GetBoolean()).ShouldBe(("h2", "", false));
        trace.Where(s => Text(s, "parent") == Text(move, "id")).OrderBy(s => s.GetProperty("start").GetUInt64()).Select(s => Text(s, "span"))
            .Where(Phases.Contains).ShouldBe(Phases);
        trace.Where(s => Text(s, "host") == "h1").Select(s => Text(s, "span")).ShouldContain("PUT /v1/moves/{move}/image");
        HashSet<string> ids = [.. trace.Select(s => Text(s, "id"))];
        trace.Where(s => !ids.Contains(Text(s, "parent"))).Select(s => Text(s, "span")).ShouldBe(["move"]);

        // One that is refused.
        string ready = hosts.File_("ready");
        hosts.Start("h1", "stays", "python3", "-c", "import socket, sys, time; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); open(sys.argv[1], 'w'); time.sleep(1000)", ready);
        Until.Holds(() => File.Exists(ready), () => "it does not begin");
        hosts.YadoOn("h1", "move", "stays", "h2").Refuses(3, "packet-socket");
        Until.Holds(() => TraceOf(file, "stays", "h2").Any(s => Text(s, "span") == "move" && s.GetProperty("failed").GetBoolean()), () => "the failure is not told");
        hosts.YadoOn("h1", "kill", "stays", "told").Succeeds();
    }

    [Fact]
    public void The_dashboard_asks_for_figures_that_there_are()
    {
        string figures = hosts.On("h1", "python3", "-c", ScheduleTests.Metrics).Succeeds().Output;
        string[] asked =
        [
            .. JsonDocument.Parse(File.ReadAllText($"{Yado.Root()}/packaging/grafana/yadokari.json")).RootElement.GetProperty("panels").EnumerateArray()
                .SelectMany(p => p.GetProperty("targets").EnumerateArray()).SelectMany(t => Names().Matches(t.GetProperty("expr").GetString()!)).Select(m => m.Value).Distinct(),
        ];

        asked.Length.ShouldBeGreaterThan(10);
        asked.Where(name => !figures.Contains($"# TYPE {name} ", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("collector:4317", "", "OTEL_EXPORTER_OTLP_ENDPOINT is 'collector:4317', which is no address of a collector")]
    [InlineData("http://127.0.0.1:1", "garbage", "a variable OTEL_… says nothing that OpenTelemetry understands: Headers")]
    public void What_can_not_be_meant_is_refused_at_the_start(string collector, string headers, string told)
    {
        Dictionary<string, string> environment = new()
        {
            ["YADO_HOME"] = hosts.File_("none"),
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector,
            ["OTEL_EXPORTER_OTLP_HEADERS"] = headers,
        };

        Ending start = Yado.Run(environment, "host");

        start.Status.ShouldBe(2);
        start.Errors.ShouldContain(told);
    }

    [GeneratedRegex("(yadokari|system|process)_[a-z0-9_]+")]
    private static partial Regex Names();

    private static JsonElement[] TraceOf(string file, string job, string target)
    {
        JsonElement[] spans = [.. Lines(file).Where(l => l.TryGetProperty("span", out _))];
        string? trace = spans.Where(s => Text(s, "span") == "move" && Attribute(s, "yadokari.job.name") == job && Attribute(s, "yadokari.move.target") == target)
            .Select(s => Text(s, "trace")).LastOrDefault();
        return [.. spans.Where(s => Text(s, "trace") == trace)];
    }

    private static string? Attribute(JsonElement span, string name) => span.GetProperty("attributes").TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;

    private static List<JsonElement> Lines(string file) =>
        File.Exists(file) ? [.. File.ReadAllText(file).Split('\n')[..^1].Select(l => JsonDocument.Parse(l).RootElement)] : [];
}
