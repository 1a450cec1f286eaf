using System.Globalization;
using System.Text.Json;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Scheduling;
using Yadokari.Web.Acting;

namespace Yadokari.Cli.Top;

/// <summary>Why a job is where it is, for people: the policy, and its own figures of the round that wanted to move the job, or of
/// the last one.</summary>
public static class ReasonText
{
    public static IReadOnlyList<string> Of(JobInfo job, Reasons reasons)
    {
        PolicyInfo policy = reasons.Policy;
        string settings = string.Join(", ", policy.Settings.Select(s => $"{s.Key}={s.Value}"));
        string? meaning = policy.Available.FirstOrDefault(p => p.Name == policy.Choice.Name)?.Meaning;
        List<string> lines = [$"Policy {policy.Choice.Name}{(settings.Length > 0 ? $" ({settings})" : "")}{(meaning is null ? "" : $": {meaning}")}"];
        if (policy.Trouble is { } trouble)
        {
            lines.Add(trouble);
        }

        if (policy.Choice.Name == "none")
        {
            return [.. lines, "No job is moved by itself. People move them: m."];
        }

        if (!reasons.Here)
        {
            return [.. lines, policy.Scheduler is { } other ? $"Host {other} decides for all: its rounds are logged there, and 'yado top' there shows them." : "No round has been decided yet."];
        }

        lines.Add($"{policy.Rounds} rounds, {policy.Ordered} moves ordered, {policy.Refused} refused by the guard, {policy.Failed} failed.");
        return [.. lines, "", .. reasons.Round is { } round ? Rounds(job, round, reasons.Wanted) : ["No round has been logged yet."]];
    }

    private static IEnumerable<string> Rounds(JobInfo job, JsonElement round, bool wanted)
    {
        JsonElement view = round.GetProperty("view");
        JsonElement[] hosts = [.. view.GetProperty("hosts").EnumerateArray()];
        string at = DateTimeOffset.FromUnixTimeMilliseconds((long)(Number(view, "now") * 1000)).ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        if (wanted)
        {
            JsonElement planned = round.GetProperty("plan").GetProperty("moves").EnumerateArray().First(m => Text(m, "job") == job.Id);
            string to = hosts.Where(h => Text(h, "id") == Text(planned, "host")).Select(h => Text(h, "name")).FirstOrDefault(Text(planned, "host"));
            string? refused = round.TryGetProperty("refused", out JsonElement all)
                ? all.EnumerateArray().Where(r => Text(r, "job") == job.Id).Select(r => Text(r, "why")).FirstOrDefault()
                : null;
            yield return refused is null
                ? $"At {at} it was to go to {to}: {Text(planned, "reason")}."
                : $"At {at} the policy wanted it on {to} ({Text(planned, "reason")}), and the guard refused: {refused}.";
        }
        else
        {
            yield return $"The last round, at {at}, left it where it is.";
        }

        foreach (string line in OwnFigures(view, job.Id))
        {
            yield return line;
        }

        yield return "";
        yield return $"{"HOST",-16} {"QUEUE",8} {"DAMPED",8} {"CPUS",6} {"FREE",12}";
        foreach (JsonElement host in hosts)
        {
            string state = Flag(host, "draining") ? "drained" : Flag(host, "closed") ? "closed by the guard" : Flag(host, "ownerPresent") ? "somebody works there" : "";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Cells.Pad(Cells.Cut(Text(host, "name"), 16), 16)} {Number(host, "runQueue"),8:0.00} {Number(host, "load"),8:0.00} {Number(host, "cpus"),6:0.#} {Output.Size((long)Number(host, "memoryAvailable")),12}  {state}").TrimEnd();
        }
    }

    private static IEnumerable<string> OwnFigures(JsonElement view, string id)
    {
        JsonElement own = view.GetProperty("jobs").EnumerateArray().FirstOrDefault(j => Text(j, "id") == id);
        if (own.ValueKind != JsonValueKind.Object)
        {
            yield return "It was not in that round: it is newer, over, or was on its way.";
            yield break;
        }

        CultureInfo invariant = CultureInfo.InvariantCulture;
        yield return string.Create(invariant, $"It wants {Number(own, "demand"):0.00} processors and uses {Number(own, "cpuUse"):0.00}; {Output.Size((long)Number(own, "memoryBytes"))} of memory.");
        yield return $"It is {Seconds(own, "age")} old, has used {Seconds(own, "cpuSeconds")} of processor time, and is here for {Seconds(own, "residence")}.";
        yield return string.Create(invariant, $"A move would cost {Seconds(own, "moveCost")}; it was moved {Number(own, "moves"):0} times, {Number(own, "recentMoves"):0} of them in the last hour.");
        if (Flag(own, "pinned"))
        {
            yield return "It can't or must not be moved now.";
        }
    }

    private static string Seconds(JsonElement of, string name) => Output.Duration(TimeSpan.FromSeconds(Math.Clamp(Number(of, name), 0, 1e9)));

    private static double Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    private static string Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static bool Flag(JsonElement of, string name) => of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;
}
