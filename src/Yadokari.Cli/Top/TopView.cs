using System.Globalization;
using Yadokari.Cli.Figures;
using Yadokari.Engine;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Top;

/// <summary>
/// The text of <c>yado top</c>: hosts as curves of their load, then jobs, those on their way first. Curves become lower, and
/// at last a part of the host's own line, so that jobs keep a third of the screen.
/// </summary>
public static class TopView
{
    private const int TallestCurve = 3;
    private const int ShortCurve = 16;
    private const int LongestName = 20;

    private const string Hint = "q ends  / search  m move  d drain  u undo  ? why  Enter details  l log  h keys";

    /// <summary>One picture, all of it, for a file or a pipe.</summary>
    public static IEnumerable<string> DrawAll(ClusterPicture picture, int width) =>
        Draw(new TopScreen { Picture = picture }, width, int.MaxValue, live: false).Select(l => l.Text);

    /// <summary>What fills the window.</summary>
    /// <param name="width">Columns; what is longer is cut.</param>
    public static IReadOnlyList<TopLine> Draw(TopScreen screen, int width, int height) => Draw(screen, width, height, live: true);

    /// <param name="height">Lines; <see cref="int.MaxValue"/>: as many as it takes.</param>
    /// <param name="live">The last line says what was done last, or which keys there are.</param>
    private static IReadOnlyList<TopLine> Draw(TopScreen screen, int width, int height, bool live)
    {
        if (screen.Picture is not { } picture)
        {
            return [];
        }

        int body = live ? Math.Max(0, height - 1) : height;
        int moving = picture.Jobs.Count(j => j.State == JobState.Moving);
        List<TopLine> lines =
        [
            new($"{Count(picture.Hosts.Count(h => h.Host is not null), "host")}, {Count(picture.Jobs.Count, "job")}, {moving} on their way; policy {picture.Policy}"
                + (picture.Scheduler is { } by ? $", decided by {by}" : "")),
            screen.Silence is { } silence ? new(silence, TopLook.Trouble) : new(""),
        ];
        if (screen.Panel is { } panel)
        {
            PanelView.Add(lines, panel, width, body - lines.Count);
        }
        else
        {
            // The last two: a line between, and the heading of the jobs.
            int forJobs = Math.Min(screen.Jobs.Count, height / 3) + 2;
            AddHosts(lines, picture, width, body - lines.Count - forJobs);
            lines.Add(screen.Filtering || screen.Filter.Length > 0 ? new($"/{screen.Filter}{(screen.Filtering ? "▏" : "")}", TopLook.Heading) : new(""));
            AddJobs(lines, screen, body - lines.Count);
        }

        lines = [.. lines.Take(body)];
        if (live && height > 0)
        {
            lines.AddRange(Enumerable.Repeat(new TopLine(""), body - lines.Count));
            lines.Add(screen.Note.Length > 0 ? new(screen.Note, screen.IsTrouble ? TopLook.Trouble : TopLook.Heading) : new(screen.Panel is null ? Hint : "Esc back", TopLook.Quiet));
        }

        return [.. lines.Select(l => l with { Text = Cells.Cut(PlainText.Of(l.Text), width) })];
    }

    private static void AddHosts(List<TopLine> lines, ClusterPicture picture, int width, int room)
    {
        int nameWidth = Longest(picture.Hosts.Select(h => h.Name ?? h.Address));
        double top = Math.Max(1, picture.Histories.SelectMany(h => h.Samples).Select(s => s.RunQueue).DefaultIfEmpty(1).Max());
        int curve = Math.Clamp((room / Math.Max(1, picture.Hosts.Count)) - 1, 0, TallestCurve);
        int shown = curve > 0 || picture.Hosts.Count <= room ? picture.Hosts.Count : Math.Max(0, room - 1);
        foreach (PeerInfo peer in picture.Hosts.Take(shown))
        {
            string name = Cells.Pad(Cells.Cut(peer.Name ?? peer.Address, nameWidth), nameWidth);
            double[] values = picture.Histories.FirstOrDefault(h => h.Host == peer.Name)?.Samples.Select(s => s.RunQueue).ToArray() ?? [];
            string facts = peer.Host is { } host ? Facts(host) : "no answer";
            if (curve == 0)
            {
                lines.Add(new($"{name}  {LoadCurve.Draw(values, ShortCurve, 1, top)[0],-ShortCurve}  {facts}"));
                continue;
            }

            lines.Add(new($"{name}  {facts}", peer.Host is null ? TopLook.Trouble : TopLook.Plain));
            if (peer.Host is null)
            {
                continue;
            }

            IReadOnlyList<string> drawn = LoadCurve.Draw(values, Math.Max(10, width - nameWidth - 2), curve, top);
            for (int line = 0; line < drawn.Count; line++)
            {
                string label = line == 0 ? top.ToString("0.#", CultureInfo.InvariantCulture) : line == drawn.Count - 1 ? "0" : "";
                lines.Add(new($"{label.PadLeft(nameWidth)}  {drawn[line]}"));
            }
        }

        if (shown < picture.Hosts.Count)
        {
            lines.Add(new($"… and {Count(picture.Hosts.Count - shown, "host")} more", TopLook.Quiet));
        }
    }

    private static void AddJobs(List<TopLine> lines, TopScreen screen, int room)
    {
        IReadOnlyList<JobInfo> jobs = screen.Jobs;
        if (jobs.Count == 0)
        {
            if (screen.Filter.Length > 0)
            {
                lines.Add(new("no job is like that; Esc shows all", TopLook.Quiet));
            }

            return;
        }

        CultureInfo invariant = CultureInfo.InvariantCulture;
        int nameWidth = Longest(jobs.Select(j => j.Name));
        int hostWidth = Longest(jobs.Select(j => j.Host));
        lines.Add(new($"{"JOB".PadRight(nameWidth)}  {"HOST".PadRight(hostWidth)}  {"STATE",-11} {"CPU",5} {"WANTS",5} {"MEMORY",10} {"MOVES",5}  COMMAND", TopLook.Heading));
        int shown = jobs.Count < room ? jobs.Count : Math.Max(0, room - 2);
        // The selected one is among them, in their middle where there are more of them both ways.
        int chosen = jobs.ToList().FindIndex(j => j.Id == screen.Chosen);
        int first = Math.Clamp(chosen - (shown / 2), 0, jobs.Count - shown);
        foreach (JobInfo job in jobs.Skip(first).Take(shown))
        {
            string name = Cells.Pad(Cells.Cut(job.Name, nameWidth), nameWidth);
            string host = Cells.Pad(Cells.Cut(job.Host, hostWidth), hostWidth);
            string memory = job.MemoryBytes is { } bytes ? Output.Size(bytes) : "-";
            lines.Add(new(
                string.Create(
                    invariant,
                    $"{name}  {host}  {job.State.ToString().ToLowerInvariant(),-11} {job.CpuUse ?? 0,5:0.00} {job.Demand ?? 0,5:0.0} {memory,10} {job.Epoch - 1,5}  {Way(job)}{string.Join(' ', job.Arguments)}"),
                job.Id == screen.Chosen ? TopLook.Chosen : job.State == JobState.Moving ? TopLook.Active : TopLook.Plain));
        }

        if (shown < jobs.Count)
        {
            lines.Add(new(
                first == 0 ? $"… and {Count(jobs.Count - shown, "job")} more"
                    : first + shown == jobs.Count ? $"… and {Count(first, "job")} before"
                    : $"… and {Count(first, "job")} before, {jobs.Count - first - shown} after",
                TopLook.Quiet));
        }
    }

    private static string Way(JobInfo job) => job.UnderWay is { } way
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"to {way.To}: {way.Phase.ToString().ToLowerInvariant()}{(way.Total > 0 ? $", {100.0 * way.Bytes / way.Total:0} % of {Output.Size(way.Total)}" : "")}   ")
        : "";

    private static string Facts(HostInfo host)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        HostLoad? load = host.Load;
        List<string> facts =
        [
            string.Create(invariant, $"cpu {load?.CpuUse ?? 0:0.00} of {load?.Capacity ?? host.CpuCount:0.##}"),
            string.Create(invariant, $"queue {load?.RunQueue ?? 0:0.0}"),
            Count(host.RunningJobs, "job"),
        ];
        if (host.Draining)
        {
            facts.Add("draining");
        }

        if (load?.OwnerPresent == true)
        {
            facts.Add("owner present");
        }

        facts.Add($"{Output.Size(host.MemoryAvailable)} free");
        if (load?.CpuPressure is { } pressure)
        {
            facts.Add(string.Create(invariant, $"pressure {pressure:0} %"));
        }

        return string.Join("   ", facts);
    }

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static int Longest(IEnumerable<string> names) => Math.Clamp(names.Select(Cells.Width).DefaultIfEmpty(0).Max(), 4, LongestName);
}
