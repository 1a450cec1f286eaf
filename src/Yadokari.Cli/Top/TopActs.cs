using System.Globalization;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Drains;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Web.Acting;

namespace Yadokari.Cli.Top;

/// <summary>Does what was wished, each at the host that it is about, and says what it makes of the screen.</summary>
public sealed class TopActs(YadoClient daemon)
{
    private readonly Places _places = new(daemon);

    public static bool Changes(TopAct act) => act is TopAct.Move or TopAct.Drain or TopAct.Undrain or TopAct.Save;

    /// <summary>What is to be read until it is done.</summary>
    public static string Promise(TopWish wish) => wish.Act switch
    {
        TopAct.Move => $"{wish.Job!.Name} goes to {wish.Host} …",
        TopAct.Drain => $"{wish.Host} is drained …",
        TopAct.Undrain => $"{wish.Host} is to take jobs again …",
        TopAct.Save => $"{wish.Job!.Name} is saved …",
        _ => "",
    };

    /// <returns>From the screen as it is then to the next one.</returns>
    public async Task<Func<TopScreen, TopScreen>> DoAsync(TopWish wish, CancellationToken cancel)
    {
        try
        {
            return wish.Act switch
            {
                TopAct.Move => await MoveAsync(wish, cancel),
                TopAct.Drain => await DrainAsync(wish.Host!, cancel),
                TopAct.Undrain => Undrained(wish.Host!, await _places.AtAsync(wish.Host!, there => there.UndrainAsync(cancel), cancel)),
                TopAct.Save => await SaveAsync(wish.Job!, cancel),
                _ => await ShowAsync(wish, cancel),
            };
        }
        catch (YadoException failure)
        {
            string[] lines = [failure.Message, .. failure.Obstacles.Select(o => $"{o.Name}: {o.Detail}")];
            return Changes(wish.Act)
                ? screen => screen.Told(string.Join("; ", lines), trouble: true)
                : screen => screen.Filled(new TopPanel(screen.Panel?.Title ?? "", lines, [], wish));
        }
    }

    private Task<T> AtJobAsync<T>(JobInfo job, Func<YadoClient, Task<T>> act, CancellationToken cancel) => _places.AtAsync(job.Host, act, cancel);

    private async Task<Func<TopScreen, TopScreen>> MoveAsync(TopWish wish, CancellationToken cancel)
    {
        JobInfo job = wish.Job!;
        MoveReport report = await AtJobAsync(job, there => there.MoveAsync(job.Id, wish.Host!, null, cancel), cancel);
        string told = $"{job.Name} runs on {report.Job.Host}: {Milliseconds(report.DowntimeMilliseconds)} still, {Output.Size(report.Bytes)}, {Milliseconds(report.TotalMilliseconds)} in all{(wish.Undoes ? "" : ". u takes it back")}";
        return screen => screen.Told(told) with
        {
            Moves = wish.Undoes ? screen.Moves : screen.Moves.Add(new(job.Id, job.Name, job.Host, report.Job.Host)),
        };
    }

    private async Task<Func<TopScreen, TopScreen>> DrainAsync(string host, CancellationToken cancel)
    {
        DrainReport report = await _places.AtAsync(host, there => there.DrainAsync(new DrainHost(), null, cancel), cancel);
        string counts = string.Join(", ", report.Jobs.GroupBy(j => j.Outcome).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}"));
        DrainedJob[] kept = [.. report.Jobs.Where(j => j.Outcome == DrainOutcome.Kept)];
        string told = $"{host} is drained: {(counts.Length == 0 ? "it had no jobs" : counts)} in {Milliseconds(report.Milliseconds)}"
            + string.Concat(kept.Select(j => $"; {j.Name} stays: {Why(j)}"));
        return screen => screen.Told(told, trouble: kept.Length > 0) with
        {
            Moves = screen.Moves.AddRange(report.Jobs.Where(j => j is { Outcome: DrainOutcome.Moved, Host: not null }).Select(j => new TopMove(j.Id, j.Name, host, j.Host!))),
        };
    }

    private static Func<TopScreen, TopScreen> Undrained(string host, UndrainReport report)
    {
        string told = $"{host} takes jobs again{(report.Resumed.Count > 0 ? $"; {report.Resumed.Count} resumed" : "")}{(report.Waiting.Count > 0 ? $"; {report.Waiting.Count} could not be resumed" : "")}";
        return screen => screen.Told(told, trouble: report.Waiting.Count > 0);
    }

    private async Task<Func<TopScreen, TopScreen>> SaveAsync(JobInfo job, CancellationToken cancel)
    {
        string stamp = DateTimeOffset.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string path = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), $"{job.Name.Replace('/', '_')}-{stamp}.ctx");
        CheckpointResult saved = await AtJobAsync(job, there => there.CheckpointAsync(job.Id, new CheckpointJob(path, LeaveRunning: true), cancel), cancel);
        return screen => screen.Told($"saved on {job.Host}: {saved.Path}, {Output.Size(saved.FileLength)}; it stood still for {Milliseconds(saved.FrozenMilliseconds)}");
    }

    private async Task<Func<TopScreen, TopScreen>> ShowAsync(TopWish wish, CancellationToken cancel)
    {
        TopPanel panel = wish switch
        {
            { Act: TopAct.Foresee, Host: { } host } => Forecast(wish, await _places.AtAsync(host, there => there.ForeseeDrainAsync(cancel), cancel)),
            { Act: TopAct.Why, Job: { } job } => new($"Why is {job.Name} on {job.Host}?", ReasonText.Of(job, await Reasons.FindAsync(daemon, job.Id, cancel)), [], wish),
            { Act: TopAct.Log, Job: { } job } => new($"Log of {job.Name}", Lines(await AtJobAsync(job, there => LogReader.ReadAsync(there, job.Id, cancel), cancel)), [], wish),
            { Job: { } job } => new(job.Name, Details(job, await AtJobAsync(job, there => there.GetTreeAsync(job.Id, cancel), cancel)), [], wish),
            _ => throw new InvalidOperationException($"{wish.Act} shows nothing"),
        };
        return screen => screen.Filled(panel);
    }

    private static TopPanel Forecast(TopWish wish, DrainForecast forecast)
    {
        string host = wish.Host!;
        int stay = forecast.Jobs.Count(j => j.Outcome == DrainOutcome.Kept);
        string[] lines =
        [
            forecast.Jobs.Count == 0 ? "It has no jobs. It takes none until it is undrained." : "This is what would happen now; nothing has been touched.",
            "",
            .. forecast.Jobs.Select(j => $"{Cells.Pad(j.Name, 20)}  " + j.Outcome switch
            {
                DrainOutcome.Moved => $"moves to {j.Host}{(j.Bytes > 0 ? $", {Output.Size(j.Bytes)}" : "")}",
                DrainOutcome.Saved => $"is saved: {j.Detail}",
                _ => $"stays: {Why(j)}",
            }),
            .. stay > 0 ? ["", $"{stay} of them would stay on {host}."] : Array.Empty<string>(),
        ];
        return new($"Drain {host}", lines, [new($"drain {host}", new TopWish(TopAct.Drain, Host: host))], wish);
    }

    private static string Why(DrainedJob job) => job.Obstacles.Count > 0 ? string.Join("; ", job.Obstacles.Select(o => $"{o.Name}: {o.Detail}")) : job.Detail ?? "";

    private static string[] Lines(LogText log)
    {
        string[] output = Of(log.Output), errors = Of(log.Errors);
        return [.. output.Length == 0 && errors.Length == 0 ? ["(nothing written yet)"] : output, .. errors.Length > 0 ? ["", "errors:", .. errors] : Array.Empty<string>()];

        static string[] Of(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');
    }

    private static string[] Details(JobInfo job, JobTree tree)
    {
        List<(string Name, string Value)> facts =
        [
            ("id", job.Id),
            ("host", job.Host),
            ("command", string.Join(' ', job.Arguments)),
            ("started", job.Started.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
            ("moves", (job.Epoch - 1).ToString(CultureInfo.InvariantCulture)),
        ];
        if (job.ServiceAddress is { } address)
        {
            facts.Add(("serves at", address));
        }

        if (job.Checkpoints is [{ } last, ..])
        {
            facts.Add(("last saved", $"{last.Path}, {Output.Size(last.Bytes)}"));
        }

        if (job.Note is { } note)
        {
            facts.Add(("note", note));
        }

        facts.AddRange((job.Obstacles ?? []).Select(o => ("in the way", $"{o.Name}: {o.Detail}")));
        return [.. facts.Select(f => f.Name.PadRight(12) + f.Value), "", .. Processes(tree), "", "l: its log"];
    }

    private static IEnumerable<string> Processes(JobTree tree)
    {
        yield return $"{"PROCESS",-32} {"PID",8} STATE {"THREADS",8} {"MEMORY",10} {"CPU",10}";
        foreach ((JobProcess process, string indent) in JobForest.Indented(tree.Processes))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Cells.Pad(Cells.Cut(indent + process.Name, 32), 32)} {process.Pid,8} {process.State,-5} {process.Threads,8} {Output.Size(process.MemoryBytes),10} {Output.Duration(TimeSpan.FromSeconds(process.CpuSeconds)),10}");
        }
    }

    private static string Milliseconds(double milliseconds) => Output.Duration(TimeSpan.FromMilliseconds(milliseconds));
}
