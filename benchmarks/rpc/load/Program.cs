using System.Globalization;
using System.Net;
using System.Text.Json;
using RpcLoad;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Services;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    Options options = Options.Read(args);
    Measurement measurement = new(options);
    await measurement.FillAsync();
    Run http1 = await measurement.RunAsync("http1", HttpVersion.Version11, options.Moves - options.Moves / 2);
    Run http2 = await measurement.RunAsync("http2", HttpVersion.Version20, options.Moves / 2);
    Run[] runs = [http1, http2];
    (int lost, int twice) = await measurement.CheckAsync(runs);
    return Print(options, runs, lost, twice);
}
catch (Exception failure) when (failure is YadoException or ArgumentException or HttpRequestException)
{
    Console.Error.WriteLine($"bench: {failure.Message}");
    return failure is ArgumentException ? 2 : 1;
}

static int Print(Options options, Run[] runs, int lost, int twice)
{
    ServicePhases[] phases = [.. runs.SelectMany(r => r.Moves).Select(m => m.Service!)];
    string[] failures = [.. runs.SelectMany(r => r.Failures)];
    double[] pauses = [.. runs.SelectMany(r => r.Pauses)];
    double baseline = Figures.Quantile(runs.SelectMany(r => r.Quiet).Select(c => c.Milliseconds), 0.99);
    List<(string Name, double Value)> figures =
    [
        ("calls", runs.Sum(r => r.Quiet.Count + r.Calls.Count)),
        ("moves", phases.Length),
        ("lost", lost + failures.Length),
        ("twice", twice),
        ("pause_median_ms", Figures.Median(pauses)),
        ("pause_p90_ms", Figures.Quantile(pauses, 0.9)),
        ("pause_p99_ms", Figures.Quantile(pauses, 0.99)),
        ("baseline_p99_ms", baseline),
        ("pause_median_to_baseline_p99", Figures.Median(pauses) / baseline),
        ("cold_pause_ms", runs.Length == 0 || runs[0].Moves.Count == 0 ? double.NaN : ColdPause(runs[0])),
        ("server_pause_median_ms", Figures.Median(runs.SelectMany(r => r.Moves).Select(m => m.DowntimeMilliseconds))),
        ("drain_median_ms", Figures.Median(phases.Select(p => p.Drain))),
        ("delta_median_ms", Figures.Median(phases.Select(p => p.Delta))),
        ("commit_median_ms", Figures.Median(phases.Select(p => p.Commit))),
        ("activate_median_ms", Figures.Median(phases.Select(p => p.Activate))),
        ("release_median_ms", Figures.Median(phases.Select(p => p.Release))),
        ("ahead_median_ms", Figures.Median(phases.Select(p => p.Ahead))),
        ("start_median_ms", Figures.Median(phases.Select(p => p.Start))),
        ("state_bytes", phases.Length == 0 ? 0 : phases[^1].StateBytes),
        ("delta_bytes_median", Figures.Median(phases.Select(p => (double)p.DeltaBytes))),
    ];
    foreach (Run run in runs)
    {
        figures.Add(($"{run.Protocol}_pause_median_ms", Figures.Median(run.Pauses)));
        figures.Add(($"{run.Protocol}_pause_p99_ms", Figures.Quantile(run.Pauses, 0.99)));
        figures.Add(($"{run.Protocol}_baseline_p99_ms", run.QuietP99));
        figures.Add(($"{run.Protocol}_calls_met_by_a_move", run.Pauses.Count()));
    }
    if (options.Json)
    {
        Console.WriteLine(JsonSerializer.Serialize(figures.Where(f => !double.IsNaN(f.Value)).ToDictionary(f => f.Name, f => Math.Round(f.Value, 3))));
    }
    else
    {
        foreach ((string name, double value) in figures)
        {
            Console.WriteLine($"{name,-32} {value:0.###}");
        }
    }
    foreach (string failure in failures.Take(5))
    {
        Console.Error.WriteLine($"bench: not answered: {failure}");
    }
    return lost + twice + failures.Length == 0 ? 0 : 1;
}

// The first move brings the program to a host that never had it.
static double ColdPause(Run run)
{
    int first = run.Calls.Count(c => c.Moves > 0) == 0 ? 0 : Math.Max(1, run.Calls.Count(c => c.Moves > 0) / run.Moves.Count);
    return run.Calls.Where(c => c.Moves > 0).OrderBy(c => c.Began).Take(first).Select(c => c.Milliseconds).DefaultIfEmpty(double.NaN).Max();
}
