using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using StateBench;
using Yadokari.Rpc.State;

// What stands still: saving and restoring the delta, while no call runs. What does not: the copy ahead, while a writer
// makes 2000 changes a second.
const int WritesPerSecond = 2000;
const int Rounds = 3;
Options options;
try
{
    options = Options.Read(args);
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine($"bench: {wrong.Message}");
    return 2;
}

(bool json, int entries, int runs) = options;

// Compiles all of it before anything is measured.
for (int i = 0; i < 20; i++)
{
    Measure(2000);
}

List<Times> empty = [], large = [];
for (int i = 0; i < runs; i++)
{
    empty.Add(Measure(0));
    large.Add(Measure(entries));
}

double plain = MeasurePlain(entries);
double emptyPause = Median(empty, static t => t.Pause), largePause = Median(large, static t => t.Pause);
(string Name, double Value)[] figures =
[
    ("entries", entries),
    ("empty_pause_ms", emptyPause),
    ("large_pause_ms", largePause),
    ("pause_ratio", largePause / emptyPause),
    ("empty_delta_bytes", Median(empty, static t => t.DeltaBytes)),
    ("large_delta_bytes", Median(large, static t => t.DeltaBytes)),
    ("ahead_ms", Median(large, static t => t.Ahead)),
    ("ahead_bytes", Median(large, static t => t.AheadBytes)),
    ("writes_meanwhile", Median(large, static t => t.Writes)),
    ("untracked_pause_ms", plain),
];
Console.WriteLine(json
    ? "{" + string.Join(", ", figures.Select(static f => string.Create(CultureInfo.InvariantCulture, $"\"{f.Name}\": {f.Value:0.###}"))) + "}"
    : string.Join("\n", figures.Select(static f => string.Create(CultureInfo.InvariantCulture, $"{f.Name,-20} {f.Value,14:0.###}"))));
return 0;

Times Measure(int size)
{
    var source = new Tracked();
    for (int i = 0; i < size; i++)
    {
        source.Entries[i] = new Entry("an entry of some length", i);
    }

    ICarriedState from = source;
    long writes = 0;
    bool stop = false;
    // The empty state is written to as well: to keys that make it no longer empty, but never large.
    var writer = new Thread(() =>
    {
        var random = new Random(1);
        long begun = Stopwatch.GetTimestamp();
        for (; !Volatile.Read(ref stop); writes++)
        {
            source.Entries[random.Next(Math.Max(size, 1000))] = new Entry("changed", (int)writes);
            while (Stopwatch.GetElapsedTime(begun).TotalSeconds * WritesPerSecond < writes && !Volatile.Read(ref stop))
            {
                Thread.Sleep(1);
            }
        }
    });
    writer.Start();
    var ahead = new ArrayBufferWriter<byte>();
    long start = Stopwatch.GetTimestamp();
    from.SaveAhead(ahead);
    double aheadTime = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    var target = new Tracked();
    ICarriedState into = target;
    into.Restore(ahead.WrittenMemory, 1);
    // What changed while that was sent and taken; each round is shorter than the one before.
    for (int i = 0; i < Rounds; i++)
    {
        var round = new ArrayBufferWriter<byte>();
        from.SaveRound(round);
        into.RestoreRound(round.WrittenMemory, 1);
    }

    Volatile.Write(ref stop, true);
    writer.Join();
    GC.Collect();

    // From here on no call runs.
    start = Stopwatch.GetTimestamp();
    var delta = new ArrayBufferWriter<byte>();
    from.SaveDelta(delta);
    into.RestoreDelta(delta.WrittenMemory, 1);
    double pause = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

    if (target.Entries.Count != source.Entries.Count || target.Entries.Any(e => source.Entries[e.Key] != e.Value))
    {
        throw new InvalidOperationException("the copy differs from the original: no figures");
    }

    from.StopTracking();
    return new Times(pause, delta.WrittenCount, aheadTime, ahead.WrittenCount, writes);
}

static double MeasurePlain(int size)
{
    var source = new Plain();
    for (int i = 0; i < size; i++)
    {
        source.Entries[i] = new Entry("an entry of some length", i);
    }

    GC.Collect();
    long start = Stopwatch.GetTimestamp();
    var all = new ArrayBufferWriter<byte>();
    ((ICarriedState)source).Save(all);
    ((ICarriedState)new Plain()).Restore(all.WrittenMemory, 1);
    return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
}

static double Median(List<Times> times, Func<Times, double> of) => times.Select(of).Order().ElementAt(times.Count / 2);

internal sealed record Times(double Pause, double DeltaBytes, double Ahead, double AheadBytes, double Writes);
