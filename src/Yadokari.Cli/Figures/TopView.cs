using System.Globalization;
using Yadokari.Engine;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Figures;

/// <summary>
/// The text of <c>yado top</c>: hosts as curves of their load, then jobs, those on their way first. Curves become lower, and
/// at last a part of the host's own line, so that jobs keep a third of the screen.
/// </summary>
public static class TopView
{
    private const int TallestCurve = 3;
    private const int ShortCurve = 16;
    private const int LongestName = 20;

    /// <param name="width">Columns; what is longer is cut.</param>
    /// <param name="height">Lines; <see cref="int.MaxValue"/>: as many as it takes.</param>
    public static IReadOnlyList<string> Draw(ClusterPicture picture, int width, int height)
    {
        int moving = picture.Jobs.Count(j => j.State == JobState.Moving);
        List<string> lines =
        [
            $"{Count(picture.Hosts.Count(h => h.Host is not null), "host")}, {Count(picture.Jobs.Count, "job")}, {moving} on their way; policy {picture.Policy}"
                + (picture.Scheduler is { } by ? $", decided by {by}" : ""),
            "",
        ];
        // The last two: a line between, and the heading of the jobs.
        int forJobs = Math.Min(picture.Jobs.Count, height / 3) + 2;
        AddHosts(lines, picture, width, height - lines.Count - forJobs);
        lines.Add("");
        AddJobs(lines, picture.Jobs, height - lines.Count);
        return [.. lines.Take(height).Select(l => Cells.Cut(PlainText.Of(l), width))];
    }

    private static void AddHosts(List<string> lines, ClusterPicture picture, int width, int room)
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
                lines.Add($"{name}  {LoadCurve.Draw(values, ShortCurve, 1, top)[0],-ShortCurve}  {facts}");
                continue;
            }

            lines.Add($"{name}  {facts}");
            if (peer.Host is null)
            {
                continue;
            }

            IReadOnlyList<string> drawn = LoadCurve.Draw(values, Math.Max(10, width - nameWidth - 2), curve, top);
            for (int line = 0; line < drawn.Count; line++)
            {
                string label = line == 0 ? top.ToString("0.#", CultureInfo.InvariantCulture) : line == drawn.Count - 1 ? "0" : "";
                lines.Add($"{label.PadLeft(nameWidth)}  {drawn[line]}");
            }
        }

        if (shown < picture.Hosts.Count)
        {
            lines.Add($"… and {Count(picture.Hosts.Count - shown, "host")} more");
        }
    }

    private static void AddJobs(List<string> lines, IReadOnlyList<JobInfo> jobs, int room)
    {
        if (jobs.Count == 0)
        {
            return;
        }

        CultureInfo invariant = CultureInfo.InvariantCulture;
        int nameWidth = Longest(jobs.Select(j => j.Name));
        int hostWidth = Longest(jobs.Select(j => j.Host));
        lines.Add($"{"JOB".PadRight(nameWidth)}  {"HOST".PadRight(hostWidth)}  {"STATE",-11} {"CPU",5} {"WANTS",5} {"MEMORY",10} {"MOVES",5}  COMMAND");
        int shown = jobs.Count < room ? jobs.Count : Math.Max(0, room - 2);
        foreach (JobInfo job in jobs.OrderBy(j => j.State == JobState.Moving ? 0 : 1).Take(shown))
        {
            string name = Cells.Pad(Cells.Cut(job.Name, nameWidth), nameWidth);
            string host = Cells.Pad(Cells.Cut(job.Host, hostWidth), hostWidth);
            string memory = job.MemoryBytes is { } bytes ? Output.Size(bytes) : "-";
            lines.Add(string.Create(
                invariant,
                $"{name}  {host}  {job.State.ToString().ToLowerInvariant(),-11} {job.CpuUse ?? 0,5:0.00} {job.Demand ?? 0,5:0.0} {memory,10} {job.Epoch - 1,5}  {Way(job)}{string.Join(' ', job.Arguments)}"));
        }

        if (shown < jobs.Count)
        {
            lines.Add($"… and {Count(jobs.Count - shown, "job")} more");
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
