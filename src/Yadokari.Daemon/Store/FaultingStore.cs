using System.Diagnostics;
using System.Globalization;
using Yadokari.Daemon.Hosting;
using Yadokari.Daemon.Jobs;
using Yadokari.Daemon.Moves;

namespace Yadokari.Daemon.Store;

/// <summary>
/// For fault tests in a lab only: dies, or waits, at a step of a move or of a job, which is where something is journaled.
/// Nothing of it is there unless the daemon runs in a lab and was started with YADO_FAULTS=1.
/// <para>The file <c>fault</c> in the home arms it once: <c>STEP before|after kill|wait MILLISECONDS</c>. STEP is
/// <c>source.prepared</c>, <c>target.committed</c> … or <c>job.saved</c>, <c>job.running</c> …; with <c>kill</c> the daemon
/// is killed so many milliseconds later, with <c>wait</c> it makes the file <c>fault.reached</c> and stands still until the
/// file <c>fault.go</c> is there.</para>
/// </summary>
public sealed class FaultingStore : IHostStore
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    private readonly IHostStore _store;
    private readonly string _armed;
    private readonly string _reached;
    private readonly string _go;
    private readonly Lock _lock = new();

    private FaultingStore(IHostStore store, HomeDirectory home)
    {
        _store = store;
        _armed = Path.Combine(home.Path, "fault");
        _reached = Path.Combine(home.Path, "fault.reached");
        _go = Path.Combine(home.Path, "fault.go");
    }

    /// <summary>The store itself, unless this is a daemon for fault tests.</summary>
    public static IHostStore Wrap(IHostStore store, HomeDirectory home) =>
        Environment.GetEnvironmentVariable("YADO_LAB") == "1" && Environment.GetEnvironmentVariable("YADO_FAULTS") == "1"
            ? new FaultingStore(store, home)
            : store;

    public void Save(JobRecord? job, MoveRecord? move, bool durable)
    {
        string step = (move is not null ? $"{move.Role}.{move.State.Phase}" : $"job.{job?.State}").ToLowerInvariant();
        Strike(step, "before");
        _store.Save(job, move, durable);
        Strike(step, "after");
    }

    public void Flush() => _store.Flush();

    public IReadOnlyList<JobRecord> LoadJobs() => _store.LoadJobs();

    public IReadOnlyList<MoveRecord> LoadMoves() => _store.LoadMoves();

    private void Strike(string step, string when)
    {
        string[]? words;
        lock (_lock)
        {
            if (!File.Exists(_armed))
            {
                return;
            }
            words = File.ReadAllText(_armed).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is not [var wanted, var moment, _, _] || wanted != step || moment != when)
            {
                return;
            }
            File.Delete(_armed);
            File.WriteAllText(_reached, step);
        }
        if (words[2] == "wait")
        {
            while (!File.Exists(_go))
            {
                Thread.Sleep(Look);
            }
            return;
        }
        int delay = int.Parse(words[3], CultureInfo.InvariantCulture);
        if (delay == 0)
        {
            Kill();
        }
        _ = Task.Delay(delay).ContinueWith(_ => Kill(), TaskScheduler.Default);
    }

    private static void Kill()
    {
        using Process self = Process.GetCurrentProcess();
        self.Kill();
    }
}
