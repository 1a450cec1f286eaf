using System.Globalization;
using System.Net;
using System.Text.Json;
using RpcLoad;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Services;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    Options options = Options.Read(args);
    Measurement measurement = new(options);
    Run? empty = null;
    if (options.Entries > 0)
    {
        // What a large state is compared with, in the same run.
        empty = await measurement.RunAsync("empty", HttpVersion.Version11, options.Moves - options.Moves / 2);
        await measurement.FillAsync();
    }
    Run http1 = await measurement.RunAsync("http1", HttpVersion.Version11, options.Moves - options.Moves / 2);
    Run http2 = await measurement.RunAsync("http2", HttpVersion.Version20, options.Moves / 2);
    Run[] runs = [http1, http2];
    (int lost, int twice) = await measurement.CheckAsync(empty is null ? runs : [empty, .. runs]);
    return Print(options, empty, runs, lost, twice);
}
catch (Exception failure) when (failure is YadoException or ArgumentException or HttpRequestException)
{
    Console.Error.WriteLine($"bench: {failure.Message}");
    return failure is ArgumentException ? 2 : 1;
}

static int Print(Options options, Run? empty, Run[] runs, int lost, int twice)
{
    Run[] all = empty is null ? runs : [empty, .. runs];
    ServicePhases[] phases = [.. runs.SelectMany(r => r.Moves).Select(m => m.Service!)];
    string[] failures = [.. all.SelectMany(r => r.Failures)];
    double[] pauses = [.. runs.SelectMany(r => r.Pauses)];
    double baseline = Figures.Quantile(runs.SelectMany(r => r.Quiet).Select(c => c.Milliseconds), 0.99);
    List<(string Name, double Value)> figures =
    [
        ("calls", all.Sum(r => r.Quiet.Count + r.Calls.Count)),
        ("moves", all.Sum(r => r.Moves.Count)),
        ("lost", lost + failures.Length),
        ("twice", twice),
        ("pause_median_ms", Figures.Median(pauses)),
        ("pause_p90_ms", Figures.Quantile(pauses, 0.9)),
        ("pause_p99_ms", Figures.Quantile(pauses, 0.99)),
        ("baseline_p99_ms", baseline),
        ("pause_median_to_baseline_p99", Figures.Median(pauses) / baseline),
        ("cold_pause_ms", ColdPause(empty ?? runs[0])),
        .. ColdPhases((empty ?? runs[0]).Moves),
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
    if (empty is not null)
    {
        double without = Figures.Median(empty.Pauses);
        double serverWithout = Figures.Median(empty.Moves.Select(m => m.DowntimeMilliseconds));
        figures.AddRange(
        [
            ("rounds_median", Figures.Median(runs.SelectMany(r => r.Moves).Select(m => (double)m.Rounds))),
            ("empty_pause_median_ms", without),
            ("pause_to_empty", Figures.Median(runs[0].Pauses) / without),
            ("empty_server_pause_median_ms", serverWithout),
            ("server_pause_to_empty", Figures.Median(runs.SelectMany(r => r.Moves).Select(m => m.DowntimeMilliseconds)) / serverWithout),
        ]);
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
    if (run.Moves.Count == 0)
    {
        return double.NaN;
    }
    int first = run.Calls.Count(c => c.Moves > 0) == 0 ? 0 : Math.Max(1, run.Calls.Count(c => c.Moves > 0) / run.Moves.Count);
    return run.Calls.Where(c => c.Moves > 0).OrderBy(c => c.Began).Take(first).Select(c => c.Milliseconds).DefaultIfEmpty(double.NaN).Max();
}

static IEnumerable<(string, double)> ColdPhases(IReadOnlyList<MoveReport> moves)
{
    if (moves is not [{ Service: { } phases } first, ..])
    {
        return [];
    }
    return
    [
        ("cold_server_pause_ms", first.DowntimeMilliseconds),
        ("cold_drain_ms", phases.Drain),
        ("cold_delta_ms", phases.Delta),
        ("cold_commit_ms", phases.Commit),
        ("cold_activate_ms", phases.Activate),
        ("cold_release_ms", phases.Release),
    ];
}
