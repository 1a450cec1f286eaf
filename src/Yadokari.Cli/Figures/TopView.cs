using System.Globalization;
using System.Text;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli.Figures;

/// <summary>The text of <c>yado top</c>: hosts as curves of their load, then jobs.</summary>
public static class TopView
{
    private const int CurveHeight = 3;
    private const int LabelWidth = 14;

    public static IReadOnlyList<string> Draw(ClusterPicture picture, int width, int height)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        List<string> lines = [];
        int moving = picture.Jobs.Count(j => j.State == JobState.Moving);
        lines.Add($"{picture.Hosts.Count(h => h.Host is not null)} hosts, {picture.Jobs.Count} jobs, {moving} on their way; policy {picture.Policy}"
            + (picture.Scheduler is { } by ? $", decided by {by}" : ""));
        lines.Add("");
        double top = Math.Max(1, picture.Histories.SelectMany(h => h.Samples).Select(s => s.RunQueue).DefaultIfEmpty(1).Max());
        foreach (PeerInfo peer in picture.Hosts)
        {
            if (peer.Host is not { } host)
            {
                lines.Add($"{peer.Name ?? peer.Address,-LabelWidth} no answer");
                lines.Add("");
                continue;
            }

            lines.Add($"{host.Name,-LabelWidth} {Facts(host)}");
            double[] values = picture.Histories.FirstOrDefault(h => h.Host == host.Name)?.Samples.Select(s => s.RunQueue).ToArray() ?? [];
            IReadOnlyList<string> curve = LoadCurve.Draw(values, Math.Max(10, width - LabelWidth - 2), CurveHeight, top);
            for (int line = 0; line < curve.Count; line++)
            {
                string label = line == 0 ? top.ToString("0.#", invariant) : line == curve.Count - 1 ? "0" : "";
                lines.Add($"{label,LabelWidth} {curve[line]}");
            }
        }

        lines.Add("");
        lines.Add($"{"JOB",-20} {"HOST",-10} {"STATE",-8} {"CPU",5} {"WANTS",5} {"MEMORY",10} {"MOVES",5}  COMMAND");
        foreach (JobInfo job in picture.Jobs)
        {
            StringBuilder row = new();
            row.Append(invariant, $"{Cut(job.Name, 20),-20} {Cut(job.Host, 10),-10} {job.State.ToString().ToLowerInvariant(),-8} {job.CpuUse ?? 0,5:0.00} {job.Demand ?? 0,5:0.0} ");
            row.Append(invariant, $"{(job.MemoryBytes is { } bytes ? Output.Size(bytes) : "-"),10} {job.Epoch - 1,5}  {string.Join(' ', job.Arguments)}");
            lines.Add(row.ToString());
        }

        int hidden = lines.Count - height;
        if (hidden > 0)
        {
            lines.RemoveRange(height - 1, hidden + 1);
            lines.Add($"… and {hidden + 1} lines more");
        }

        return [.. lines.Select(l => Cut(l, width))];
    }

    private static string Facts(HostInfo host)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        HostLoad? load = host.Load;
        List<string> facts =
        [
            string.Create(invariant, $"cpu {load?.CpuUse ?? 0:0.00} of {load?.Capacity ?? host.CpuCount:0.##}"),
            string.Create(invariant, $"queue {load?.RunQueue ?? 0:0.0}"),
            $"{host.RunningJobs.ToString(invariant)} jobs",
            $"{Output.Size(host.MemoryAvailable)} free",
        ];
        if (load?.CpuPressure is { } pressure)
        {
            facts.Add(string.Create(invariant, $"pressure {pressure:0} %"));
        }

        if (load?.OwnerPresent == true)
        {
            facts.Add("owner present");
        }

        if (host.Draining)
        {
            facts.Add("draining");
        }

        return string.Join("   ", facts);
    }

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..Math.Max(1, width - 1)] + "…";
}
